import type { bindingSnapshot } from '@liqpass/api/operators';
import type { PositionSnapshot } from '@liqpass/api/verify';
import { formatIso } from '@liqpass/kernel/time';
import type { z } from 'zod';
import { maskedUid } from './people/maskedUid.ts';

/** A position as it was seen at binding, for operators. */
export const snapshotToWire = (snapshot: PositionSnapshot): z.infer<typeof bindingSnapshot> => ({
  uid_masked: maskedUid(snapshot.uid),
  main_uid_masked: maskedUid(snapshot.mainUid),
  pos_id: snapshot.posId,
  opened_at: formatIso(Number(snapshot.cTime)),
  liq_px: snapshot.liqPx,
  lever: snapshot.lever,
  margin: snapshot.margin,
  pos: snapshot.pos,
  avg_px: snapshot.avgPx,
  mark_px: snapshot.markPx,
  mgn_mode: snapshot.mgnMode,
  pos_side: snapshot.posSide,
});
