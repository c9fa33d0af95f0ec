import type { EpochMs } from '@liqpass/kernel/time';
import { followPoints } from '../market/moves.ts';
import { marketOf, slotKey, slotPosId, type Account, type Exchange } from './exchange.ts';
import { movedId, timeOfId } from './ids.ts';
import type { OkxRow } from './okxRow.ts';
import type { Position } from './position.ts';
import { lifeOf, type Life, type Recording } from './recording.ts';
import { Refusal } from './refusal.ts';
import { store } from './settle.ts';

export type Replayed = {
  readonly uid: string;
  readonly instId: string;
  /** The first order of the recording, as it is called now. */
  readonly ordId: string;
  readonly posId: string;
  readonly openedAtMs: EpochMs;
  /** The forced close, or the last bill of a recording that has none. */
  readonly decidedAtMs: EpochMs;
  readonly wasForced: boolean;
  readonly offsetMs: number;
  readonly marketFollows: boolean;
  readonly orders: readonly { readonly recorded: string; readonly ordId: string; readonly category: string }[];
};

const TIME_FIELDS = ['cTime', 'uTime', 'ts', 'fillTime'];
const ID_FIELDS = ['ordId', 'billId', 'tradeId'];
/** Ids below this carry no time: public trades are counted. */
const SMALLEST_TIMED_ID = 10n ** 17n;

/**
 * Plays a recording again in an account: its rows as they were, all times and the time inside ids moved by one offset so
 * that the forced close happens at `movedToMs`. Each row appears when its time comes. The balance is not touched.
 */
export function replayRecording(
  exchange: Exchange,
  account: Account,
  recording: Recording,
  movedToMs: EpochMs,
  follows: boolean,
  nowMs: EpochMs,
): Replayed {
  const draft = lifeOf(recording, '0');
  const offsetMs = movedToMs - draft.decisiveMs;
  const slot = slotKey(draft.instrument.instId, draft.mgnMode, draft.posSide);
  const [first, last] = [draft.states[0], draft.states.at(-1)];
  if (!first || !last) throw new Refusal('RECORDING_NOT_READABLE', 'The recording opens nothing');
  const fromMs = first.atMs + offsetMs;
  checkFree(exchange, account, draft, slot, fromMs, last.atMs + offsetMs, follows);

  const posId = slotPosId(exchange, account, slot, Math.max(fromMs, timeOfId(0n)));
  const life = lifeOf(recording, posId);
  const ids = new Map<string, string>();
  const moveId = (text: string): string => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const value = text === '' ? 0n : BigInt(text);
    const isTimed = value >= SMALLEST_TIMED_ID || value <= -SMALLEST_TIMED_ID;
    const moved = isTimed ? String(movedId(exchange.ids, value, offsetMs)) : text;
    ids.set(text, moved);
    return moved;
  };
  const moveRow = (row: OkxRow): OkxRow =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => {
        if (typeof value !== 'string' || value === '') return [key, value];
        if (TIME_FIELDS.includes(key)) return [key, String(Number(value) + offsetMs)];
        return [key, ID_FIELDS.includes(key) ? moveId(value) : value];
      }),
    );

  for (const order of recording.orders)
    store(
      account.orders,
      moveId(order.ordId),
      moveId(order.ordId),
      Number(order.cTime) + offsetMs,
      Number(order.uTime) + offsetMs,
      moveRow(order),
    );
  for (const [rows, recorded] of [
    [account.bills, recording.bills],
    [account.fills, recording.fills],
  ] as const)
    for (const row of recorded) {
      const atMs = Number(row.ts) + offsetMs;
      store(rows, moveId(row.billId), moveId(row.billId), atMs, atMs, moveRow(row));
    }
  const histories = recording.histories.length > 0 ? recording.histories : life.histories.map(({ row }) => row);
  for (const history of histories) {
    const row: OkxRow = { ...moveRow(history), posId };
    const uTime = String(row['uTime']);
    store(account.history, `${posId}:${String(row['cTime'])}:${uTime}`, uTime, Number(uTime), Number(uTime), row);
  }
  const moved = (position: Position): Position => ({
    ...position,
    cTime: position.cTime + offsetMs,
    uTime: position.uTime + offsetMs,
  });
  const marks = life.marks.map((mark) => ({ ...mark, atMs: mark.atMs + offsetMs }));
  account.ghosts.push({
    slot,
    states: life.states.map(({ atMs, position }) => ({ atMs: atMs + offsetMs, position: moved(position) })),
    marks,
  });
  if (follows) followPoints(marketOf(exchange, life.instrument.instId), marks);
  exchange.lastMs = Math.max(exchange.lastMs, Math.min(nowMs, movedToMs));
  const forced = recording.orders.some((order) => order.category !== 'normal');
  return {
    uid: account.uid,
    instId: life.instrument.instId,
    ordId: moveId(recording.bills[0]?.ordId ?? ''),
    posId,
    openedAtMs: fromMs,
    decidedAtMs: movedToMs,
    wasForced: forced,
    offsetMs,
    marketFollows: follows,
    orders: recording.orders.map((order) => ({
      recorded: order.ordId,
      ordId: moveId(order.ordId),
      category: order.category,
    })),
  };
}

/** A slot has one position at a time: the recording's life must not overlap another's. */
function checkFree(
  exchange: Exchange,
  account: Account,
  life: Life,
  slot: string,
  fromMs: EpochMs,
  toMs: EpochMs,
  follows: boolean,
): void {
  const mode = life.posSide === 'net' ? 'net_mode' : 'long_short_mode';
  if (account.posMode !== mode)
    throw new Refusal('POS_SIDE_NOT_ACCEPTABLE', `The recording is of an account in ${mode}`);
  const inUse = new Refusal(
    'SLOT_IN_USE',
    'The account has or had a position in that slot at that time: use another account',
  );
  if (account.positions.has(slot)) throw inUse;
  for (const ghost of account.ghosts) {
    const [first, last] = [ghost.states[0], ghost.states.at(-1)];
    if (ghost.slot === slot && first && last && first.atMs <= toMs && last.atMs >= fromMs) throw inUse;
  }
  for (const { row } of account.history.values())
    if (
      slotKey(String(row['instId']), life.mgnMode, life.posSide) === slot &&
      row['posSide'] === life.posSide &&
      Number(row['cTime']) <= toMs &&
      Number(row['uTime']) >= fromMs
    )
      throw inUse;
  if (!follows) return;
  const isHeld = [...exchange.accounts.values()].some((each) =>
    [...each.positions.values(), ...each.resting.values()].some(({ instId }) => instId === life.instrument.instId),
  );
  if (isHeld)
    throw new Refusal('NOT_FLAT', 'The market cannot follow the recording while positions or orders are open in it');
}
