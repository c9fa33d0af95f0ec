import { LiqPassError } from '@liqpass/api/errors';
import type { PositionSnapshot, SnapshotAnswer } from '@liqpass/api/verify';
import { formatIso } from '@liqpass/kernel/time';
import { coinOf } from '@liqpass/underwriting/products';
import { randomUUID } from 'node:crypto';
import { SYSTEM, type Actor } from '../db/audit/auditRepo.ts';
import type { Credential } from '../db/people/credentialsRepo.ts';
import { keepAmountDue } from '../db/amountsDueRepo.ts';
import type { Db } from '../db/platform/database.ts';
import {
  findHoldersOfOkxOrder,
  findHoldersOfPosition,
  getSnapshotEvidence,
  releaseBinding,
} from '../db/boundPositionsRepo.ts';
import type { StatusStep } from '../db/purchaseOrderRows.ts';
import * as repo from '../db/purchaseOrdersRepo.ts';
import { PAY_WITHIN_MS } from '../domain/book/product.ts';
import { goesOnFrom, holdsItsOkxOrder, purchaseOrderStatus, type PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { HallContext } from './hallContext.ts';
import { readCredential } from './people/credentials.ts';
import { bindAssessed } from './eligibility.ts';
import { readOwnPurchaseOrder } from './purchaseOrders.ts';
import { entryOf } from './audit/entryOf.ts';

export type OkxOrder = { readonly ordId: string; readonly instId: string };

/**
 * Binds the OKX order whose position is to be covered; only while unpaid, and only an order and a position that no live cover
 * has. With a key the position is looked at first, and judged; without one the binding is unattested.
 */
export async function bindOkx(
  ctx: HallContext,
  id: string,
  okx: OkxOrder,
  credentialId: string | null,
  actor: Actor,
): Promise<PurchaseOrder> {
  const order = await readOwnPurchaseOrder(ctx, id, actor);
  if (order.paidAtMs !== null) throw alreadyPaid();
  if (order.cancelledAtMs !== null)
    throw new LiqPassError('INVALID_STATUS_TRANSITION', 'This order was cancelled: make a new one.');
  // Bound to this already: the same call answers as the first did, and the binding keeps its time. A key may still be added.
  if (isBoundTo(order, okx, credentialId)) return order;
  const bound = await (credentialId === null
    ? bindUnattested(ctx, order, okx, actor)
    : bindAttested(ctx, order, okx, credentialId, actor));
  if (bound) {
    ctx.changes.announce(id);
    return bound;
  }
  // Nothing to bind: it was paid meanwhile, is another wallet's by now, or the same call sent twice has been here first.
  const now = await readOwnPurchaseOrder(ctx, id, actor);
  if (!isBoundTo(now, okx, credentialId)) throw alreadyPaid();
  return now;
}

/** The evidence of the position as it was seen at binding, for whoever owns the order. */
export async function readSnapshotEvidence(
  ctx: HallContext,
  id: string,
  actor: Actor,
): Promise<{ evidence: unknown; attestation: unknown }> {
  await readOwnPurchaseOrder(ctx, id, actor);
  const kept = await getSnapshotEvidence(ctx.db, id);
  if (!kept)
    throw new LiqPassError(
      'EVIDENCE_NOT_FOUND',
      'Nobody saw this position when it was bound: there is no evidence of it.',
    );
  return kept;
}

/** Whether the order is bound to this already, with a key where one is given. */
const isBoundTo = ({ binding }: PurchaseOrder, okx: OkxOrder, credentialId: string | null): boolean =>
  binding?.ordId === okx.ordId &&
  binding.instId === okx.instId &&
  !binding.released &&
  (credentialId === null || binding.attested);

const entry = entryOf('purchase_order');

async function bindUnattested(
  ctx: HallContext,
  order: PurchaseOrder,
  okx: OkxOrder,
  actor: Actor,
): Promise<PurchaseOrder | null> {
  if (!ctx.settings.allowUnattestedBinding)
    throw new LiqPassError(
      'UNATTESTED_BINDING_NOT_ALLOWED',
      'Bind with a read-only OKX key (credentialId): a binding without one is not accepted here.',
    );
  if (coinOf(okx.instId) === null)
    throw notInsurable('INSTRUMENT_NOT_COVERED', 'Only BTC-USDT-SWAP and ETH-USDT-SWAP can be covered.');
  // Nothing computes the price again here: it is as old as the order.
  const quotedUntilMs = order.createdAtMs + PAY_WITHIN_MS + order.payByGrownMs;
  if (order.quoteHash !== null && ctx.clock.now() >= quotedUntilMs)
    throw new LiqPassError(
      'QUOTE_EXPIRED',
      `The quoted price could be paid until ${formatIso(quotedUntilMs)}: ask for a new one.`,
      { params: { expired_at: formatIso(quotedUntilMs) } },
    );
  const bind = (): Promise<repo.BindOutcome> =>
    repo.bindOkxMeta(
      ctx.db,
      order.id,
      { ...okx, attestation: null, behind: null },
      stepOf(ctx, order),
      entry(ctx, actor, 'bind', { details: { ...okx } }),
    );
  return untilBound(ctx, order, okx, null, bind);
}

/** Asks jp-verify for the position with the trader's key, outside any transaction, and then binds what was seen. */
async function bindAttested(
  ctx: HallContext,
  order: PurchaseOrder,
  okx: OkxOrder,
  credentialId: string,
  actor: Actor,
): Promise<PurchaseOrder | null> {
  if (actor.wallet === undefined || actor.wallet === null)
    throw new LiqPassError('UNAUTHORIZED', 'Sign in with the wallet that registered this exchange key.');
  const credential = await readCredential(ctx, credentialId, actor.wallet);
  const answer = await ctx.exchangeKeys.snapshot(credential, okx);
  const snapshot = readSnapshot(answer, credential, okx);
  const attestation: repo.Attestation = {
    snapshotId: randomUUID(),
    credentialId,
    uid: snapshot.uid,
    mainUid: snapshot.mainUid,
    posId: snapshot.posId,
    cTime: snapshot.cTime,
    snapshot,
    checks: answer.checks,
    evidenceRoot: answer.evidence.root.toLowerCase(),
    evidence: answer.evidence,
    signed: answer.attestation ? { keyId: answer.attestation.key_id, attestation: answer.attestation } : null,
  };
  const details = { ...okx, credentialId, evidenceRoot: attestation.evidenceRoot };
  const write = async (db: Db, behind: string | null, more: Record<string, unknown>): Promise<PurchaseOrder> => {
    if (ctx.settings.watch !== null) await keepAmountDue(db, order.id, order.premium, `account ${snapshot.mainUid}`);
    const outcome = await repo.bindOkxMeta(
      db,
      order.id,
      { ...okx, attestation, behind },
      stepOf(ctx, order),
      entry(ctx, actor, 'bind', { details: { ...details, ...more, ...(behind === null ? {} : { follows: behind }) } }),
    );
    if (typeof outcome === 'string') throw new NotBound(outcome);
    return outcome;
  };
  return untilBound(ctx, order, okx, attestation, async (behind) => {
    try {
      return await bindAssessed(ctx, order, snapshot, (trx, { probability, unchecked, doubts }) =>
        write(trx, behind, { probability: probability.toFixed(6), unchecked, doubts }),
      );
    } catch (error) {
      if (error instanceof NotBound) return error.outcome;
      throw error;
    }
  });
}

/** Leaves the transaction that judged the position, so that nothing of it stays. */
class NotBound extends Error {
  readonly outcome: repo.NotBoundBecause;
  constructor(outcome: repo.NotBoundBecause) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** The position as it stands, of the order and the account that were asked about; else the refusal with its reason. */
function readSnapshot(answer: SnapshotAnswer, credential: Credential, okx: OkxOrder): PositionSnapshot {
  const { snapshot, reason } = answer;
  if (reason === 'EXCHANGE_UNAVAILABLE')
    throw new LiqPassError('VERIFIER_UNAVAILABLE', 'The exchange does not answer right now: try again in a moment.', {
      params: { reason },
    });
  if (!answer.insurable || snapshot === null)
    throw notInsurable(
      reason ?? 'EVIDENCE_INCOMPLETE',
      answer.checks.findLast((check) => check.result === 'fail')?.detail,
    );
  if (snapshot.ordId !== okx.ordId || snapshot.instId !== okx.instId || snapshot.uid !== credential.uid)
    throw notInsurable('EVIDENCE_CONTRADICTS', 'The exchange answered about another account or order.');
  return snapshot;
}

const notInsurable = (reason: string, detail = 'The position cannot be covered as it stands.'): LiqPassError =>
  new LiqPassError('POSITION_NOT_INSURABLE', `${detail} (${reason})`, { params: { reason } });

function stepOf(ctx: HallContext, order: PurchaseOrder): StatusStep {
  const from = purchaseOrderStatus(order, ctx.clock.now());
  return { from, to: from === 'LAPSED' ? 'LAPSED' : 'AWAITING_PAYMENT' };
}

/**
 * Binds, behind the cover that the order follows while that one runs; where an ended cover still holds the order or the position, lets
 * go of that one and binds again. null when there was nothing to bind.
 */
async function untilBound(
  ctx: HallContext,
  order: PurchaseOrder,
  okx: OkxOrder,
  attestation: repo.Attestation | null,
  bind: (behind: string | null) => Promise<repo.BindOutcome>,
): Promise<PurchaseOrder | null> {
  let behind = attestation === null ? null : await readAhead(ctx, order);
  // At most the holders of the order and those of the position are in the way, and the cover ahead that stands no more.
  for (let tries = 0; tries < 5; tries += 1) {
    const outcome = await bind(behind);
    if (typeof outcome !== 'string') return outcome;
    if (outcome === 'paid_or_bound') {
      if (behind === null) return null;
      // Another position than the one ahead, or that one ended meanwhile.
      behind = null;
      continue;
    }
    const holders =
      outcome === 'order_already_insured' || attestation === null
        ? await findHoldersOfOkxOrder(ctx.db, okx.ordId)
        : await findHoldersOfPosition(ctx.db, attestation);
    let released = holders.length === 0;
    for (const holder of holders) released = (await releaseIfOver(ctx, holder)) || released;
    if (!released) break;
  }
  throw new LiqPassError(
    'ORDER_ALREADY_INSURED',
    `OKX order ${okx.ordId}, or its position, is covered by another live purchase order: wait until that cover ends, or bind another order.`,
    { params: { ordId: okx.ordId } },
  );
}

const alreadyPaid = (): LiqPassError =>
  new LiqPassError('ALREADY_PAID_CANNOT_BIND', 'The premium has been paid: the OKX order can no longer be changed.');

/** The cover behind which an order is to be bound: the one it follows, while that runs. */
async function readAhead(ctx: HallContext, order: PurchaseOrder): Promise<string | null> {
  if (order.follows === null) return null;
  const ahead = await repo.getPurchaseOrderById(ctx.db, order.follows);
  return ahead && goesOnFrom(order, ahead, ctx.clock.now()) ? ahead.id : null;
}

/** Lets go of a binding whose cover has ended; whether what it held may be free now. */
async function releaseIfOver(ctx: HallContext, holder: PurchaseOrder): Promise<boolean> {
  if (holdsItsOkxOrder(holder, ctx.clock.now())) return false;
  await releaseBinding(ctx.db, holder, entry(ctx, SYSTEM, 'release_binding', { why: 'its cover is over' }));
  return true;
}
