import type { VerdictFlag, VerdictReason } from '@liqpass/kernel/vocabulary';
import { timeOfOrderNumber } from '@liqpass/kernel/orderNumber';
import type { BoundSnapshot } from '@liqpass/api/verify';
import { isZero } from '@liqpass/kernel/decimal';
import { isLinearSwap } from '@liqpass/kernel/ids';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { Answer, Origin } from './answers.ts';
import type { Checks } from './checks.ts';
import { isForced, kindOfCategory } from './movements.ts';
import { keySentence } from './okxErrors.ts';
import type { Reader } from './reader.ts';
import { configRow, orderRow, parseRows, type ConfigRow, type OrderRow, type Row } from './rows.ts';
import { archivedOrderTarget, CONFIG_TARGET, historyTarget, orderTarget, positionsTarget } from './targets.ts';

/** What a proof works on. Checks and flags grow as it goes; everything else only is read. */
export type Study = {
  readonly instId: string;
  readonly ordId: string;
  readonly snapshot: BoundSnapshot | null;
  /** When the order was bound; null while it is only looked at. */
  readonly boundAtMs: EpochMs | null;
  readonly reader: Reader;
  /** The exchange's time at which this is judged. */
  readonly nowMs: EpochMs;
  readonly checks: Checks;
  readonly flags: Set<VerdictFlag>;
};

/** Where a step ends the study: more must be read first, or the verdict is already clear. */
export type Halt =
  | { readonly halt: 'needs' }
  | {
      readonly halt: 'decided';
      readonly verdict: 'INELIGIBLE' | 'INCONCLUSIVE';
      readonly reason: VerdictReason;
      /** Reading once more cannot change it: the exchange said something that we do not know. */
      readonly isSettled?: true;
    };

export const NEEDS: Halt = { halt: 'needs' };
export const ineligible = (reason: VerdictReason): Halt => ({ halt: 'decided', verdict: 'INELIGIBLE', reason });
export const inconclusive = (reason: VerdictReason): Halt => ({ halt: 'decided', verdict: 'INCONCLUSIVE', reason });
/** The exchange uses a word we do not know: it will be there the next time too. */
export const UNKNOWN_WORD: Halt = {
  halt: 'decided',
  verdict: 'INCONCLUSIVE',
  reason: 'EVIDENCE_INCOMPLETE',
  isSettled: true,
};
export const isHalt = (step: object): step is Halt => 'halt' in step;

/** The id of an order carries its time: undocumented, so a flag and never a verdict. */
const ID_TIME_SLACK_MS = 60_000;

/** Asks for what every proof needs, together: none of it waits for another. */
export function readFirst({ reader, instId, ordId }: Study): void {
  for (const target of [CONFIG_TARGET, orderTarget(instId, ordId), positionsTarget(instId), historyTarget(instId)])
    reader.read(target);
}

/**
 * Before anything is asked: what is no perpetual in USDT is not covered. Contracts of a coin-margined one are dollars, and its loss is coins:
 * read as a linear one it would be worth thousands of times what it is.
 */
export function studyInstrument({ instId, checks }: Study): Halt | null {
  if (isLinearSwap(instId)) return null;
  checks.say('ORDER_IS_SWAP', 'fail', 'Only perpetual swaps with margin in USDT are insured.', { params: { instId } });
  return { halt: 'decided', verdict: 'INELIGIBLE', reason: 'INSTRUMENT_NOT_COVERED', isSettled: true };
}

/** What a refused question means for the verdict: never anything about the position. */
export function haltOnRefusal(study: Study, answer: Extract<Answer, { kind: 'refused' }>): Halt {
  const at: Origin[] = [{ path: answer.path, pointer: '' }];
  const params = {
    code: answer.code ?? '',
    status: String(answer.status ?? ''),
    problem: answer.keyProblem ?? '',
    ip: answer.ip ?? '',
  };
  if (answer.keyProblem !== null) {
    study.checks.say('EXCHANGE_ANSWERED', 'fail', keySentence(answer.keyProblem, answer.ip), { params, at });
    return inconclusive('KEY_REJECTED');
  }
  const said =
    answer.code === null ? (answer.status === null ? 'no answer' : `HTTP ${answer.status}`) : `code ${answer.code}`;
  study.checks.say('EXCHANGE_ANSWERED', 'no_data', `The exchange gave no usable answer (${said}).`, { params, at });
  return inconclusive(answer.errorClass === 'bad_request' ? 'EVIDENCE_INCOMPLETE' : 'EXCHANGE_UNAVAILABLE');
}

/** Step 0: the key reads and nothing else, and belongs to the account that was seen at binding. */
export function studyKey(study: Study): Row<ConfigRow> | Halt {
  const { checks, snapshot } = study;
  const answer = study.reader.read(CONFIG_TARGET);
  if (answer === null) return NEEDS;
  if (answer.kind === 'refused') return haltOnRefusal(study, answer);
  checks.say('EXCHANGE_ANSWERED', 'pass', 'The exchange answered.', { at: [{ path: answer.path, pointer: '' }] });
  const config = parseRows(configRow, answer.rows)?.[0];
  if (!config || config.uid === '' || config.perm === '') {
    checks.say('KEY_READ_ONLY', 'no_data', 'The exchange did not say whose key this is or what it may do.');
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  const at = [{ ...config.origin, pointer: `${config.origin.pointer}/perm` }];
  const permissions = new Set(config.perm.split(/[\s,]+/).filter((word) => word !== ''));
  const params = { perm: [...permissions].join(',') };
  if (permissions.size !== 1 || !permissions.has('read_only')) {
    checks.say('KEY_READ_ONLY', 'fail', 'The key may do more than read.', { params, at });
    return ineligible('KEY_NOT_READ_ONLY');
  }
  checks.say('KEY_READ_ONLY', 'pass', 'The key can only read.', { params, at });
  const uidAt = [{ ...config.origin, pointer: `${config.origin.pointer}/uid` }];
  if (snapshot?.uid === undefined) {
    checks.say('UID_MATCHES', 'no_data', 'No account was seen at binding.', { params: { uid: config.uid }, at: uidAt });
  } else if (snapshot.uid !== config.uid) {
    const both = { uid: config.uid, bound: snapshot.uid };
    checks.say('UID_MATCHES', 'fail', 'The key belongs to another account than the one seen at binding.', {
      params: both,
      at: uidAt,
    });
    return ineligible('UID_MISMATCH');
  } else
    checks.say('UID_MATCHES', 'pass', 'It is the account seen at binding.', { params: { uid: config.uid }, at: uidAt });
  return config;
}

export type FoundOrder =
  | { readonly kind: 'found'; readonly order: Row<OrderRow> }
  | { readonly kind: 'none'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string };

/**
 * An order by its id: live and recent ones first, then the archive. Of an order other than the one asked about, an answer
 * that is no answer (an endpoint that does not exist, say) is none: what depends on it then has no data.
 */
export function findOrder(study: Study, ordId: string): FoundOrder | Halt {
  for (const target of [orderTarget(study.instId, ordId), archivedOrderTarget(study.instId, ordId)]) {
    const answer = study.reader.read(target);
    if (answer === null) return NEEDS;
    if (answer.kind === 'refused') {
      // 51000 and 51001: no such instrument or malformed id; as the exchange sees it there is no such order either.
      if (answer.errorClass === 'no_such_order' || answer.code === '51000' || answer.code === '51001') continue;
      if (ordId !== study.ordId && (answer.errorClass === 'unknown' || answer.errorClass === 'bad_request')) continue;
      return haltOnRefusal(study, answer);
    }
    const raw = answer.rows.filter(
      ({ value }) => orderRow.pick({ ordId: true }).safeParse(value).data?.ordId === ordId,
    );
    if (raw.length === 0) continue;
    const order = parseRows(orderRow, raw)?.[0];
    return order ? { kind: 'found', order } : { kind: 'unreadable', path: answer.path };
  }
  return { kind: 'none', path: '' };
}

export type Order = Row<OrderRow> & { readonly cTime: EpochMs; readonly accFillSz: NonNullable<OrderRow['accFillSz']> };

/** Step 1: the order is there, on an isolated perpetual swap, filled, and no forced order itself. */
export function studyOrder(study: Study): Order | Halt {
  const { checks } = study;
  const found = findOrder(study, study.ordId);
  if (isHalt(found)) return found;
  if (found.kind === 'none') {
    checks.say('ORDER_FOUND', 'no_data', 'The exchange knows no such order, neither recent nor in the archive.');
    return inconclusive('ORDER_NOT_FOUND');
  }
  if (found.kind === 'unreadable') {
    checks.say('ORDER_FOUND', 'no_data', 'The order cannot be read.', {
      at: [{ path: found.path, pointer: '/data/0' }],
    });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  const { order } = found;
  const at = (field: string): Origin[] => [{ ...order.origin, pointer: `${order.origin.pointer}/${field}` }];
  if (order.instId !== '' && order.instId !== study.instId) {
    checks.say('ORDER_FOUND', 'fail', 'The order is on another instrument.', {
      params: { instId: order.instId },
      at: at('instId'),
    });
    return inconclusive('ORDER_NOT_FOUND');
  }
  const { cTime, accFillSz } = order;
  if (cTime === null || accFillSz === null || order.tdMode === '' || order.category === '') {
    checks.say('ORDER_FOUND', 'no_data', 'The order lacks its time, size, margin mode or category.', { at: at('') });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  checks.say('ORDER_FOUND', 'pass', 'The order was found.', { params: { ordId: study.ordId }, at: at('ordId') });

  const instType = order.instType === '' && study.instId.endsWith('-SWAP') ? 'SWAP' : order.instType;
  if (instType !== 'SWAP') {
    checks.say('ORDER_IS_SWAP', 'fail', 'Only perpetual swaps are insured.', {
      params: { instType },
      at: at('instType'),
    });
    return ineligible('NOT_A_SWAP');
  }
  checks.say('ORDER_IS_SWAP', 'pass', 'It is on a perpetual swap.', { at: at('instType') });
  if (order.tdMode !== 'isolated') {
    checks.say('ORDER_IS_ISOLATED', 'fail', 'Only isolated margin is insured.', {
      params: { tdMode: order.tdMode },
      at: at('tdMode'),
    });
    return order.tdMode === 'cross' ? ineligible('CROSS_MARGIN') : inconclusive('EVIDENCE_CONTRADICTS');
  }
  checks.say('ORDER_IS_ISOLATED', 'pass', 'Its margin is isolated.', { at: at('tdMode') });
  if (isZero(accFillSz)) {
    checks.say('ORDER_FILLED', 'fail', 'Nothing of it was ever filled.', { at: at('accFillSz') });
    return ineligible('ORDER_NEVER_FILLED');
  }
  checks.say('ORDER_FILLED', 'pass', 'It was filled.', { at: at('accFillSz') });

  const kind = kindOfCategory(order.category);
  const category = { params: { category: order.category }, at: at('category') };
  if (kind === null) {
    checks.say('ORDER_NOT_FORCED', 'no_data', 'The category of the order is not known.', category);
    return UNKNOWN_WORD;
  }
  if (isForced(kind)) {
    checks.say('ORDER_NOT_FORCED', 'fail', "It is the exchange's own order that closed a position.", category);
    // Bound before it existed, it goes on: the ledger will show that it only closed.
    if (study.boundAtMs === null || study.boundAtMs >= cTime) return ineligible('BOUND_AFTER_LIQUIDATION');
  } else checks.say('ORDER_NOT_FORCED', 'pass', "It is the trader's own order.", category);

  studyIdTime(study, order, cTime);
  return { ...order, cTime, accFillSz };
}

function studyIdTime(study: Study, order: Row<OrderRow>, cTime: EpochMs): void {
  const idTime = timeOfOrderNumber(order.ordId);
  const at = [{ ...order.origin, pointer: `${order.origin.pointer}/cTime` }];
  if (idTime === null) {
    study.checks.say('ORDER_ID_TIME', 'no_data', 'Its id carries no time.');
    return;
  }
  const params = { idTime: formatIso(idTime), cTime: formatIso(cTime) };
  if (Math.abs(idTime - cTime) <= ID_TIME_SLACK_MS)
    study.checks.say('ORDER_ID_TIME', 'pass', 'Its id is of the time it was made.', { params, at });
  else {
    study.flags.add('ORDER_ID_TIME_MISMATCH');
    study.checks.say('ORDER_ID_TIME', 'fail', 'Its id is of another time than it says.', { params, at });
  }
}
