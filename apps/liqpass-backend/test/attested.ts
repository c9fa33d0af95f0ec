import type { Credential } from '@liqpass/api/credentials';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { PositionSnapshot } from '@liqpass/api/verify';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { APPLICATION } from './harness.ts';
import { EVIDENCE_ROOT, type Scripted } from './scriptedVerifier.ts';
import { BTC, type Shop } from './shop.ts';
import type { SignedIn } from './wallet.ts';

// Binding with a trader's key, step by step, against a scripted jp-verify.

export const SEALED = 'AbCd'.repeat(40);
export const UID = '44705892343619584';
export const refusal = (status: number, error: string, params?: Record<string, string>): Scripted => ({
  status,
  body: { error, message: 'said by jp-verify', requestId: 'of-jp-verify', ...(params ? { params } : {}) },
});
export const checked = (more: Record<string, unknown> = {}): Scripted => ({
  body: { uid: UID, mainUid: UID, perm: 'read_only', ip: '', label: null, region: 'global', keyId: 'k1', ...more },
});
export const snapshotTaken = (snapshot: PositionSnapshot | null, reason: string | null = null): Scripted => ({
  body: {
    insurable: reason === null,
    reason,
    snapshot,
    checks: [{ code: 'POSITION_OPEN', result: reason === null ? 'pass' : 'fail', detail: 'The position is gone.' }],
    evidence: { root: EVIDENCE_ROOT, leaves: [], bundle: { raw: 'bytes' } },
  },
});

export async function register(app: Shop, person: SignedIn, sealed = SEALED) {
  app.verifier.route('POST /credential-check', () => checked());
  const answer = await person.call<Credential & ErrorAnswer>('POST', '/api/okx-credentials', {
    sealed,
    region: 'global',
    label: 'phone',
  });
  return answer;
}
export async function order(person: SignedIn, more: Record<string, unknown> = {}): Promise<string> {
  const made = await person.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
    ...APPLICATION,
    ...more,
  });
  return made.body.purchaseOrderId;
}
/** A position as jp-verify lists it to who asks with its key. */
export const openPosition = (
  position: Pick<PositionSnapshot, 'posId' | 'cTime' | 'liqPx' | 'ordId'>,
  more: Record<string, unknown> = {},
) => ({
  instId: BTC,
  posId: position.posId,
  cTime: position.cTime,
  mgnMode: 'isolated',
  posSide: 'long',
  side: 'long',
  pos: '1',
  avgPx: '1',
  lever: '5',
  margin: '200',
  liqPx: position.liqPx,
  markPx: '2',
  upl: '0',
  orders: [{ ordId: position.ordId, filledSz: '1', avgPx: '1', timeMs: 1 }],
  ...more,
});
export const far = (app: Shop): string => ((app.market.marks.get(BTC)?.mark ?? 0) * 0.8).toFixed(1);
export const bindWith = (person: SignedIn, id: string, ordId: string, credentialId?: string) =>
  person.call<PurchaseOrderAnswer & ErrorAnswer>('POST', `/api/purchase-orders/${id}/bind-okx`, {
    ordId,
    instId: BTC,
    ...(credentialId === undefined ? {} : { credentialId }),
  });
