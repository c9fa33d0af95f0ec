import { DAY_MS, formatIso } from '@liqpass/kernel/time';
import { randomBytes, randomInt } from 'node:crypto';
import { ADMIN_KEY, INTERNAL_KEY, TREASURY_KEY } from './backendProcess.ts';
import type { HttpAnswer, HttpCall, HttpConnection } from './httpConnection.ts';

/** The steps of one policy from purchase to payout, in order. */
export const STEPS = ['create', 'bind', 'mark paid', 'read', 'trigger', 'list', 'approve', 'mark claim paid'] as const;
export type Step = (typeof STEPS)[number];

/** A policy as its client knows it: what was answered. */
export type Policy = {
  /** When it was begun: what its requests say of time, so that a request sent again is the same one. */
  readonly begunMs: number;
  readonly ordId: string;
  readonly txHash: string;
  readonly multisigTxHash: string;
  orderId: string | null;
  claimId: string | null;
  /** Every step that was answered with success. */
  readonly acknowledged: Step[];
};

/** An answer that is not the one the step wants. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
  readonly step: Step;
  readonly status: number;
  constructor(step: Step, answer: HttpAnswer) {
    super(`${step}: ${answer.status} ${answer.text.slice(0, 300)}`);
    this.step = step;
    this.status = answer.status;
  }
}

const hex32 = (): string => `0x${randomBytes(32).toString('hex')}`;
export const CLAIMANT = '0x000000000000000000000000000000000000cafE';

export const newPolicy = (): Policy => ({
  begunMs: Date.now(),
  // 18 digits, as OKX counts: never the same again in a run of millions.
  ordId: `29${randomInt(10 ** 8, 10 ** 9 - 1)}${randomInt(10 ** 6, 10 ** 7 - 1)}`,
  txHash: hex32(),
  multisigTxHash: hex32(),
  orderId: null,
  claimId: null,
  acknowledged: [],
});

const internal = { 'x-internal-key': INTERNAL_KEY };
const admin = { 'x-admin-key': ADMIN_KEY };
const treasury = { 'x-admin-key': TREASURY_KEY };

/** The request of a step, from what is known of the policy so far. */
export function requestOf(step: Step, policy: Policy): HttpCall {
  const order = `purchase-orders/${policy.orderId}`;
  switch (step) {
    case 'create':
      return {
        method: 'POST',
        path: '/api/purchase-orders',
        headers: { 'idempotency-key': policy.txHash },
        body: {
          policyType: 'OKX_24H',
          chainId: 8453,
          premiumAmountUsdc: '1.00',
          policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
          coverageStartAt: formatIso(policy.begunMs - 60_000),
          coverageEndAt: formatIso(policy.begunMs - 60_000 + DAY_MS),
        },
      };
    case 'bind':
      return { method: 'POST', path: `/api/${order}/bind-okx`, body: { ordId: policy.ordId, instId: 'BTC-USDT-SWAP' } };
    case 'mark paid':
      return {
        method: 'POST',
        path: `/internal/${order}/mark-paid`,
        headers: internal,
        body: { txHash: policy.txHash },
      };
    case 'read':
      return { method: 'GET', path: `/api/${order}` };
    case 'trigger':
      return {
        method: 'POST',
        path: '/internal/claims/onchain-trigger',
        headers: internal,
        body: { purchaseOrderId: policy.orderId, claimant: CLAIMANT },
      };
    case 'list':
      return { method: 'GET', path: '/admin/claims?status=VERIFIED_PENDING_REVIEW&limit=20', headers: admin };
    case 'approve':
      return { method: 'POST', path: `/admin/claims/${policy.claimId}/approve`, headers: admin, body: {} };
    case 'mark claim paid':
      return {
        method: 'POST',
        path: `/admin/claims/${policy.claimId}/mark-paid`,
        headers: treasury,
        body: { multisigTxHash: policy.multisigTxHash, paidAtSec: Math.floor(policy.begunMs / 1000) },
      };
  }
}

/** Does one step: notes what was acknowledged, throws WrongAnswer or ConnectionCut. */
export async function doStep(connection: HttpConnection, step: Step, policy: Policy): Promise<HttpAnswer> {
  const answer = await connection.request(requestOf(step, policy));
  if (answer.status < 200 || answer.status > 299) throw new WrongAnswer(step, answer);
  if (step === 'create') policy.orderId = (JSON.parse(answer.text) as { purchaseOrderId: string }).purchaseOrderId;
  if (step === 'trigger') policy.claimId = (JSON.parse(answer.text) as { claimId: string }).claimId;
  policy.acknowledged.push(step);
  return answer;
}

/** Waits until the claim of a policy is no longer VERIFYING; for a verifier that takes longer than a trigger waits. */
export async function awaitVerified(connection: HttpConnection, policy: Policy, untilMs: number): Promise<string> {
  for (;;) {
    const answer = await connection.request({ method: 'GET', path: `/admin/claims/${policy.claimId}`, headers: admin });
    const status = answer.status === 200 ? (JSON.parse(answer.text) as { status: string }).status : 'VERIFYING';
    if (status !== 'VERIFYING' || Date.now() > untilMs) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
