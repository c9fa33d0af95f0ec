import { compare, isPositive, parseNumeric } from '@liqpass/kernel/decimal';
import type { CheckCode } from '@liqpass/kernel/vocabulary';
import type { Origin } from './answers.ts';
import type { Close, Segment } from './ledger.ts';
import type { Lifetime } from './lifetimes.ts';
import { isForced, isLiquidation, kindOfCategory, moveOf, type MoveKind } from './movements.ts';
import type { OrderRow, Row } from './rows.ts';
import { findOrder, inconclusive, isHalt, NEEDS, UNKNOWN_WORD, type Halt, type Study } from './study.ts';

/** A forced close that is proven in all four places, with the order that made it. */
export type ForcedClose = Close & { readonly kind: MoveKind; readonly order: Row<OrderRow> };

const BILL_TYPE_OF: Partial<Record<MoveKind, string>> = { partial_liquidation: '5', full_liquidation: '5', adl: '9' };
const isNegativeId = (tradeId: string): boolean => /^-\d/.test(tradeId);

/** What any one place says about a close; the ledger's subtype alone decides nothing. */
function looksForced(close: Close): boolean {
  const { bill, fill, kind } = close.movement;
  const fillKind = fill === null ? null : moveOf(fill.subType)?.kind;
  return (
    isForced(kind) ||
    bill.type === '5' ||
    bill.type === '9' ||
    isNegativeId(bill.tradeId) ||
    (fill !== null && isNegativeId(fill.tradeId)) ||
    (fillKind !== null && fillKind !== undefined && isForced(fillKind))
  );
}

const at = (row: { origin: Origin }, field: string): Origin => ({
  path: row.origin.path,
  pointer: `${row.origin.pointer}/${field}`,
});

const CONTRADICTS = inconclusive('EVIDENCE_CONTRADICTS');
const INCOMPLETE = inconclusive('EVIDENCE_INCOMPLETE');
type Disagreement = { code: CheckCode; halt: Halt; detail: string; origins: Origin[] };

/** Fields by which an order that closed a position would be on another one; empty where it fits, or does not say. */
function foreignFields({ movement: { bill, sign, size } }: Close, order: Row<OrderRow>): string[] {
  const fields: string[] = [];
  if (order.tdMode !== '' && order.tdMode !== 'isolated') fields.push('tdMode');
  if (order.instId !== '' && bill.instId !== '' && order.instId !== bill.instId) fields.push('instId');
  if (order.side !== '' && (order.side === 'buy') !== (sign === 1)) fields.push('side');
  if (order.accFillSz !== null && compare(size, order.accFillSz) > 0) fields.push('accFillSz');
  return fields;
}

/** The kind of a forced close when order, fill, trade id and bill agree on it; otherwise the first place that does not. */
function kindIfAgreed(close: Close, order: Row<OrderRow> | null): MoveKind | Disagreement {
  const { bill, fill, kind } = close.movement;
  const disagree =
    (halt: Halt) =>
    (code: CheckCode, detail: string, origins: Origin[]): Disagreement => ({ code, halt, detail, origins });
  const contradicts = disagree(CONTRADICTS);
  const lacking = disagree(INCOMPLETE);
  if (fill === null) return lacking('FORCED_BY_FILL', 'A forced close has no fill.', [bill.origin]);
  if (order === null) return lacking('FORCED_BY_ORDER', 'The order of a forced close was not found.', [bill.origin]);
  const category = kindOfCategory(order.category);
  if (category === null)
    return disagree(UNKNOWN_WORD)('FORCED_BY_ORDER', 'The category of the closing order is not known.', [
      at(order, 'category'),
    ]);
  if (!isForced(category))
    return contradicts('FORCED_BY_ORDER', "The closing order is the trader's, by its category.", [
      at(order, 'category'),
    ]);
  const foreign = foreignFields(close, order);
  if (foreign.length > 0)
    return contradicts(
      'FORCED_BY_ORDER',
      'The closing order is on another position than the close.',
      foreign.map((field) => at(order, field)),
    );
  // A bill that does not say its margin mode has that of its order; where neither says it, nothing shows that it was isolated.
  if (bill.mgnMode === '' && order.tdMode === '')
    return lacking('FORCED_BY_BILL', 'Neither bill nor order of the forced close says its margin mode.', [bill.origin]);
  if (kind !== category || bill.type !== BILL_TYPE_OF[category])
    return contradicts('FORCED_BY_BILL', 'The bill tells of another kind of close than its order.', [
      at(bill, 'type'),
      at(bill, 'subType'),
    ]);
  if (fill.subType === '')
    return lacking('FORCED_BY_FILL', 'The fill does not say what kind of close it was.', [fill.origin]);
  if (moveOf(fill.subType)?.kind !== category || fill.subType !== bill.subType)
    return contradicts('FORCED_BY_FILL', 'The fill tells of another kind of close than its order.', [
      at(fill, 'subType'),
    ]);
  const tradeId = fill.tradeId === '' ? bill.tradeId : fill.tradeId;
  if (tradeId === '') return lacking('FORCED_BY_TRADE_ID', 'The forced close has no trade id.', [fill.origin]);
  if (!isNegativeId(tradeId) || (bill.tradeId !== '' && !isNegativeId(bill.tradeId)))
    return contradicts('FORCED_BY_TRADE_ID', 'Its trade id is one of an ordinary trade.', [
      at(fill, 'tradeId'),
      at(bill, 'tradeId'),
    ]);
  return category;
}

const PLACES: readonly CheckCode[] = ['FORCED_BY_BILL', 'FORCED_BY_FILL', 'FORCED_BY_TRADE_ID', 'FORCED_BY_ORDER'];

function orderOfClose(study: Study, close: Close): Row<OrderRow> | null | Halt {
  const { ordId } = close.movement.bill;
  if (!/^[1-9]\d*$/.test(ordId)) return null;
  const found = findOrder(study, ordId);
  if (isHalt(found)) return found;
  return found.kind === 'found' ? found.order : null;
}

/**
 * Step 6: every close that any place calls forced is forced in all four: the order's category, the fill's subType, a
 * negative trade id, the bill's type. The last close is asked about in any case, so that a close by trade is one too.
 */
export function studyForcedCloses(study: Study, segment: Segment): ForcedClose[] | Halt {
  const suspects = segment.closes.filter((close, index) => index === segment.closes.length - 1 || looksForced(close));
  const answers = suspects.map((close) => ({ close, order: orderOfClose(study, close) }));
  const forced: ForcedClose[] = [];
  for (const { order } of answers) if (order !== null && isHalt(order) && order.halt === 'needs') return NEEDS;
  for (const { close, order } of answers) {
    if (order !== null && isHalt(order)) return order;
    if (!looksForced(close)) {
      // Denied only with all of it: a fill that is not there may be one that tells of force.
      if (close.movement.fill === null) {
        study.checks.say('FORCED_BY_FILL', 'no_data', 'The last close has no fill.', {
          params: { billId: close.movement.bill.billId },
          at: [close.movement.bill.origin],
        });
        return INCOMPLETE;
      }
      const kind = order === null ? close.movement.kind : kindOfCategory(order.category);
      if (order === null || (kind !== null && !isForced(kind))) continue;
      const detail =
        kind === null
          ? 'The category of the closing order is not known.'
          : 'The closing order is a forced one, but its bill and fill are not.';
      study.checks.say('FORCED_BY_ORDER', kind === null ? 'no_data' : 'fail', detail, {
        params: { category: order.category },
        at: [at(order, 'category')],
      });
      return kind === null ? UNKNOWN_WORD : CONTRADICTS;
    }
    const agreed = kindIfAgreed(close, order);
    if (typeof agreed === 'object') {
      const result = agreed.halt === CONTRADICTS ? 'fail' : 'no_data';
      study.checks.say(agreed.code, result, agreed.detail, {
        params: { billId: close.movement.bill.billId },
        at: agreed.origins,
      });
      return agreed.halt;
    }
    if (order !== null) forced.push({ ...close, kind: agreed, order });
  }
  sayPlaces(study, forced);
  return forced;
}

function sayPlaces(study: Study, forced: readonly ForcedClose[]): void {
  if (forced.length === 0) {
    for (const code of PLACES) study.checks.say(code, 'no_data', 'Nothing was closed by force.');
    return;
  }
  const params = { count: String(forced.length), kinds: [...new Set(forced.map((close) => close.kind))].join(',') };
  const say = (code: CheckCode, detail: string, origins: (close: ForcedClose) => Origin[]): void =>
    study.checks.say(code, 'pass', detail, { params, at: forced.flatMap(origins) });
  say('FORCED_BY_BILL', 'The bill is one of a forced close.', ({ movement: { bill } }) => [
    at(bill, 'type'),
    at(bill, 'subType'),
  ]);
  say('FORCED_BY_FILL', 'The fill is one of a forced close.', ({ movement: { fill } }) =>
    fill ? [at(fill, 'subType')] : [],
  );
  say(
    'FORCED_BY_TRADE_ID',
    'The trade id is negative: the exchange itself was the other side.',
    ({ movement: { fill } }) => (fill ? [at(fill, 'tradeId')] : []),
  );
  say('FORCED_BY_ORDER', "The closing order is the exchange's own.", ({ order }) => [at(order, 'category')]);
}

/** Kinds that the last close can be when the history's type says so (1, 2 trade; 3 full, 4 partial liquidation; 5, 6 ADL). */
const FAMILY: Record<string, readonly MoveKind[]> = {
  '1': ['trade', 'delivery'],
  '2': ['trade', 'delivery'],
  '3': ['full_liquidation'],
  '4': ['partial_liquidation'],
  '5': ['adl'],
  '6': ['adl'],
};

/** Types that a position has once nothing of it is left. */
const ENDED = new Set(['2', '3', '6']);

/**
 * The closed position's own row: type 3 with a trigger price exactly where the last close was a full liquidation. Where it
 * disagrees in another way the flag is raised; a close by trade that the history calls forced proves nothing.
 */
export function studyHistory(
  study: Study,
  lifetime: Lifetime,
  segment: Segment,
  forced: readonly ForcedClose[],
): Halt | null {
  const { checks, flags } = study;
  const last = segment.closes.at(-1);
  const lastForced = forced.find((close) => close.movement === last?.movement);
  const lastKind = lastForced?.kind ?? last?.movement.kind ?? null;
  const { history } = lifetime;
  const contradict = (detail: string, origins: Origin[], params: Record<string, string>): Halt => {
    checks.say('HISTORY_AGREES', 'fail', detail, { params, at: origins });
    return inconclusive('EVIDENCE_CONTRADICTS');
  };
  const wasWhole = forced.some((close) => close.kind === 'full_liquidation');
  if (wasWhole && lastKind !== 'full_liquidation')
    return contradict('The position went on after a full liquidation.', [], { lastClose: lastKind ?? '' });
  if (lifetime.endMs === null || history === null) {
    const { type = '' } = history ?? {};
    if (wasWhole) return contradict('The position is shown as open after a full liquidation.', [], { type });
    if (history !== null && ENDED.has(type))
      return contradict('The position is shown as open, and its history as ended.', [at(history, 'type')], { type });
    checks.say('HISTORY_AGREES', 'no_data', 'The position is open: its history is not written yet.');
    return null;
  }
  const params = { type: history.type, triggerPx: String(history.triggerPx ?? ''), lastClose: lastKind ?? '' };
  const typeAt = [at(history, 'type')];
  if (history.type === '') {
    checks.say('HISTORY_AGREES', 'no_data', 'The history does not say how the position was closed.', {
      params,
      at: typeAt,
    });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  if ((history.type === '3') !== (lastKind === 'full_liquidation'))
    return contradict('The history tells of another end than the ledger.', typeAt, params);
  if (history.type === '3' && history.triggerPx !== undefined) {
    const trigger = parseNumeric(String(history.triggerPx ?? ''));
    if (trigger === null || !isPositive(trigger))
      return contradict(
        'The history tells of a liquidation without the price that triggered it.',
        [at(history, 'triggerPx')],
        params,
      );
  }
  const agrees = lastKind !== null && (FAMILY[history.type] ?? []).includes(lastKind);
  const ledgerIsForced = lastKind !== null && isLiquidation(lastKind);
  // Denied only where the history agrees that it was no liquidation.
  if (!agrees && !ledgerIsForced && forced.every((close) => !isLiquidation(close.kind)))
    return contradict('The history tells of another end than the ledger.', typeAt, params);
  if (!agrees) flags.add('HISTORY_DISAGREES');
  checks.say(
    'HISTORY_AGREES',
    agrees ? 'pass' : 'fail',
    agrees
      ? 'The history of the position tells the same end.'
      : 'The history of the position tells of another end; the four places agree.',
    { params, at: typeAt },
  );
  return null;
}
