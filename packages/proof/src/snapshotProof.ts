import { snapshotRequest, type Check, type PositionSnapshot } from '@liqpass/api/verify';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import {
  absolute,
  compare,
  formatDecimal,
  isPositive,
  multiply,
  parseNumeric,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { SNAPSHOT_REASONS, type CheckCode, type SnapshotReason } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { createChecks } from './checks.ts';
import { coinsOfContract, fieldOf } from './instrument.ts';
import { insuredSize } from './ledger.ts';
import { ofSlot, slotOf } from './lifetimes.ts';
import { settlementCurrency } from './loss.ts';
import { studyPosition, type StudiedPosition } from './position.ts';
import { createReader } from './reader.ts';
import { isHalt, readFirst, studyInstrument, studyKey, studyOrder, type Halt, type Study } from './study.ts';
import { instrumentTarget, markPriceTarget, positionsTarget, tiersTarget } from './targets.ts';
import type { Proof } from './verdict.ts';

export const snapshotClaim = snapshotRequest.omit({ credential: true, owner: true });
export type SnapshotClaim = z.infer<typeof snapshotClaim>;

export type SnapshotResult = {
  insurable: boolean;
  reason: SnapshotReason | null;
  snapshot: PositionSnapshot | null;
  checks: Check[];
};

const SNAPSHOT_CHECKS: readonly CheckCode[] = [
  'EXCHANGE_ANSWERED',
  'KEY_READ_ONLY',
  'ORDER_FOUND',
  'ORDER_IS_SWAP',
  'ORDER_IS_ISOLATED',
  'ORDER_FILLED',
  'ORDER_NOT_FORCED',
  'ORDER_ID_TIME',
  'POSITION_OPEN',
  'READING_COMPLETE',
  'SUBTYPES_KNOWN',
  'BILLS_EQUAL_FILLS',
  'LIFETIME_FOUND',
  'LEDGER_BALANCES',
  'ORDER_OPENED_SIZE',
  'ORDER_IN_POSITION',
  'MARGIN_KNOWN',
  'LIQ_PRICE_KNOWN',
];

type Refused = { halt: 'refused'; reason: SnapshotReason };
const refuse = (reason: SnapshotReason): Refused => ({ halt: 'refused', reason });

/** The reasons of a verdict, as a snapshot says them: a forced order is no position to insure. */
function reasonOf(halt: Exclude<Halt, { halt: 'needs' }>): SnapshotReason {
  const same = SNAPSHOT_REASONS.find((reason) => reason === halt.reason);
  return same ?? (halt.reason === 'BOUND_AFTER_LIQUIDATION' ? 'ORDER_IS_A_CLOSE' : 'EVIDENCE_CONTRADICTS');
}

const heldRow = z.object({ posSide: z.string().optional(), pos: z.union([z.string(), z.number()]) });

/** The position that an order opened, as it stands: what can be insured, or why not. Pure; asks as proveClaim does. */
export function proveSnapshot(
  claim: SnapshotClaim,
  exchanges: readonly RecordedExchange[],
  nowMs: EpochMs,
): Proof<SnapshotResult> {
  const reader = createReader(exchanges);
  const checks = createChecks(SNAPSHOT_CHECKS);
  const study: Study = { ...claim, snapshot: null, boundAtMs: null, reader, nowMs, checks, flags: new Set() };
  const outcome = look(study);
  if (reader.needs.length > 0 || ('halt' in outcome && outcome.halt === 'needs'))
    return { kind: 'needs', needs: [...reader.needs], answer: null };
  if ('halt' in outcome) {
    const reason = outcome.halt === 'refused' ? outcome.reason : reasonOf(outcome);
    return {
      kind: 'proven',
      needs: [],
      used: reader.used,
      isSettled: outcome.halt === 'decided' && outcome.isSettled === true,
      answer: { insurable: false, reason, snapshot: null, checks: checks.list() },
    };
  }
  return {
    kind: 'proven',
    needs: [],
    used: reader.used,
    isSettled: true,
    answer: { insurable: true, reason: null, snapshot: outcome, checks: checks.list() },
  };
}

function look(study: Study): PositionSnapshot | Halt | Refused {
  const { reader, checks } = study;
  const notCovered = studyInstrument(study);
  if (notCovered) return notCovered;
  readFirst(study);
  const helpful = [markPriceTarget(study.instId), instrumentTarget(study.instId), tiersTarget(study.instId)];
  for (const target of helpful) reader.read(target);
  const config = studyKey(study);
  if (isHalt(config)) return config;
  const order = studyOrder(study);
  if (isHalt(order)) return order;

  const live = reader.read(positionsTarget(study.instId));
  const side = slotOf(study.instId, order).posSide;
  const isThere = (value: unknown): boolean => {
    const row = heldRow.safeParse(value);
    return row.success && (row.data.posSide || side) === side && !/^-?0*\.?0*$/.test(String(row.data.pos));
  };
  if (live?.kind === 'rows' && !ofSlot(live.rows, study.instId).some(({ value }) => isThere(value))) {
    checks.say('POSITION_OPEN', 'fail', 'There is no open position that this order could belong to.');
    return refuse('POSITION_NOT_OPEN');
  }
  const position = studyPosition(study, order);
  if (isHalt(position)) return position;
  const { lifetime, segment } = position;
  const row = lifetime.position;
  if (row === null || lifetime.endMs !== null) {
    checks.say('POSITION_OPEN', 'fail', 'The position that this order opened has been closed.');
    return refuse('POSITION_NOT_OPEN');
  }
  checks.say('POSITION_OPEN', 'pass', 'The position is open.', { at: [row.origin] });
  if (!segment.opens.some((open) => open.isOurs)) {
    checks.say('ORDER_OPENED_SIZE', 'fail', 'The order opened nothing: it only closed.');
    return refuse('ORDER_IS_A_CLOSE');
  }
  checks.say('ORDER_OPENED_SIZE', 'pass', 'The order opened or enlarged the position.');
  if (!isPositive(insuredSize(segment))) {
    checks.say('ORDER_IN_POSITION', 'fail', 'Nothing of what the order opened is left.');
    return refuse('ORDER_NOT_IN_POSITION');
  }
  checks.say('ORDER_IN_POSITION', 'pass', 'Of what the order opened, this much is left.', {
    params: { size: formatDecimal(insuredSize(segment)) },
  });
  if (config.mainUid === '' || row.avgPx === null || row.lever === null || row.margin === null) {
    checks.say('MARGIN_KNOWN', 'no_data', 'The exchange does not show margin, leverage, price or main account.', {
      at: [row.origin],
    });
    return refuse('EVIDENCE_INCOMPLETE');
  }
  checks.say('MARGIN_KNOWN', 'pass', 'Margin and leverage are known.', {
    params: { margin: formatDecimal(row.margin), lever: formatDecimal(row.lever) },
    at: [{ ...row.origin, pointer: `${row.origin.pointer}/margin` }],
  });
  if (row.liqPx === null || !isPositive(row.liqPx)) {
    checks.say('LIQ_PRICE_KNOWN', 'no_data', 'The exchange shows no liquidation price for this position.', {
      at: [row.origin],
    });
    return refuse('LIQ_PRICE_UNKNOWN');
  }
  checks.say('LIQ_PRICE_KNOWN', 'pass', 'The liquidation price is known.', {
    params: { liqPx: formatDecimal(row.liqPx) },
    at: [{ ...row.origin, pointer: `${row.origin.pointer}/liqPx` }],
  });
  return describe(study, position, { uid: config.uid, mainUid: config.mainUid });
}

const scalar = z.union([z.string(), z.number()]).transform(String);
const tierRow = z.object({ tier: scalar, minSz: scalar, maxSz: scalar, mmr: scalar });
/** The exchange's tier for a size in contracts: minSz ≤ size ≤ maxSz. */
function tierOf(study: Study, size: Decimal): { tier: string; mmr: string } | null {
  const answer = study.reader.read(tiersTarget(study.instId));
  if (answer?.kind !== 'rows') return null;
  for (const { value } of answer.rows) {
    const row = tierRow.safeParse(value).data;
    const [least, most] = [parseNumeric(row?.minSz ?? ''), parseNumeric(row?.maxSz ?? '')];
    if (!row || least === null || most === null || parseNumeric(row.mmr) === null) continue;
    if (compare(least, size) <= 0 && compare(size, most) <= 0) return { tier: row.tier, mmr: row.mmr };
  }
  return null;
}

const text = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));

function describe(
  study: Study,
  { lifetime, segment, slot }: StudiedPosition,
  account: { uid: string; mainUid: string },
): PositionSnapshot | Refused {
  const { reader, instId } = study;
  const row = lifetime.position;
  if (!row?.pos || !row.avgPx || !row.lever || !row.margin || !row.liqPx) return refuse('EVIDENCE_INCOMPLETE');
  const size = absolute(row.pos);
  const mark = fieldOf(reader, markPriceTarget(instId), instId, 'markPx') ?? row.markPx;
  const perContract = coinsOfContract(reader, instId);
  const coins = perContract === null ? null : multiply(size, perContract);
  const tier = tierOf(study, size);
  return {
    ...account,
    instId,
    ordId: study.ordId,
    posId: lifetime.posId,
    cTime: String(lifetime.cTime),
    uTime: row.uTime === null ? null : String(row.uTime),
    mgnMode: 'isolated',
    posSide: slot.posSide,
    side: segment.sign === 1 ? 'long' : 'short',
    pos: formatDecimal(row.pos),
    insuredPos: formatDecimal(insuredSize(segment)),
    avgPx: formatDecimal(row.avgPx),
    lever: formatDecimal(row.lever),
    margin: formatDecimal(row.margin),
    ccy: row.ccy || settlementCurrency(instId),
    liqPx: formatDecimal(row.liqPx),
    markPx: text(mark),
    notional: mark === null || coins === null ? null : formatDecimal(multiply(coins, mark)),
    coins: text(coins),
    tier: tier?.tier ?? null,
    mmr: tier?.mmr ?? null,
    takenAtMs: study.nowMs,
  };
}
