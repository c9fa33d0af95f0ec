import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import type { FuzzTarget } from '@liqpass/testing/fuzz/fuzz';
import type { FuzzAnswer } from '@liqpass/testing/fuzz/judge';
import { readOpenApi, type Operation } from '@liqpass/testing/fuzz/openApi';
import { FromPool, Pools, type KnownValues } from '@liqpass/testing/fuzz/schemaValues';
import type { Sender } from '@liqpass/testing/fuzz/sendHttp';
import fc from 'fast-check';
import { APPLICATION, CLAIMANT } from '../harness.ts';
import { addressOf, openCallers, TRADERS, WALLETS, type Callers } from './callers.ts';

type Keys = { readonly internal: string; readonly admin: string; readonly treasury: string };

const fromPool = (pool: string, otherwise: unknown): fc.Arbitrary<FromPool> =>
  fc.nat(100_000).map((pick) => new FromPool(pool, pick, otherwise));
const UNKNOWN_ID = '4e8f3a1c-0000-4000-8000-000000000000';
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((each) => `0x${Buffer.from(each).toString('hex')}`);
/** Instants around now; the clock is no part of the seed. */
const around = (...offsetsMs: number[]): fc.Arbitrary<number> =>
  fc.constantFrom(...offsetsMs).map((offset) => Date.now() + offset);

/** Where an id of this operation comes from: mostly from answers that left it where the operation can go on. */
function idPools(operation: Operation): readonly string[] {
  const { path } = operation;
  if (path.includes('okx-credentials')) return ['credential'];
  if (path.includes('/claims/{id}')) {
    if (path.endsWith('/approve') || path.endsWith('/reject')) return ['claim VERIFIED_PENDING_REVIEW', 'claim'];
    if (path.endsWith('/release-hold')) return ['claim on hold', 'claim'];
    if (path.endsWith('/mark-paid') || path.endsWith('/take-back')) return ['claim APPROVED_PENDING_MULTISIG', 'claim'];
    return ['claim'];
  }
  if (path.includes('payout-address')) return ['order of a wallet', 'order of a wallet', 'order'];
  if (path.endsWith('/bind-okx')) return ['order AWAITING_BINDING', 'order'];
  if (path.endsWith('/mark-paid')) return ['order AWAITING_PAYMENT', 'order AWAITING_PAYMENT', 'order'];
  if (path.endsWith('/claims') || path.endsWith('/claim')) return ['order ACTIVE', 'order'];
  return ['order'];
}

/** What LiqPass's fields mean. Bodies whose fields depend on one another are known whole, under no name. */
function knownTo(operation: Operation): KnownValues {
  const instIds = fc.constantFrom('BTC-USDT-SWAP', 'ETH-USDT-SWAP');
  const claimants = fc.constantFrom(CLAIMANT, CLAIMANT, ...TRADERS.map(addressOf));
  const pastSec = around(-SECOND_MS, -MINUTE_MS).map((ms) => Math.floor(ms / 1000));
  const ordIds = fc.oneof(
    { weight: 8, arbitrary: fc.bigInt({ min: 29n * 10n ** 16n, max: 30n * 10n ** 16n }).map(String) },
    { weight: 1, arbitrary: fromPool('ordId', '1234567890') },
  );
  const whole: Record<string, fc.Arbitrary<unknown>> = {
    'POST /api/auth/verify': fromPool('signed', { message: 'x', signature: `0x${'00'.repeat(65)}` }),
    'POST /api/purchase-orders/{id}/payout-address': fromPool('signed for', {
      message: 'x',
      signature: `0x${'00'.repeat(65)}`,
    }),
    'POST /api/purchase-orders': fc.oneof(
      { weight: 3, arbitrary: fc.constant(APPLICATION) },
      {
        weight: 4,
        arbitrary: around(-MINUTE_MS, -SECOND_MS, 5 * MINUTE_MS).map((startMs) => ({
          ...APPLICATION,
          coverageStartAt: formatIso(startMs),
          coverageEndAt: formatIso(startMs + DAY_MS),
        })),
      },
      { weight: 2, arbitrary: fromPool('purchase at a quote', APPLICATION) },
    ),
    'POST /api/purchase-orders/{id}/bind-okx': fc.oneof(
      { weight: 5, arbitrary: fc.record({ ordId: ordIds, instId: instIds }) },
      {
        weight: 1,
        arbitrary: fc.record({ ordId: ordIds, instId: instIds, credentialId: fromPool('credential', UNKNOWN_ID) }),
      },
    ),
    'POST /internal/claims/onchain-trigger': fc.record({
      purchaseOrderId: fc.constantFrom('order ACTIVE', 'order').chain((pool) => fromPool(pool, UNKNOWN_ID)),
      claimant: claimants,
    }),
    'POST /api/purchase-orders/{id}/claims': fc.record({ claimant: claimants }),
    'POST /admin/claims/{id}/mark-paid': fc.record({ multisigTxHash: hex(32), paidAtSec: pastSec }),
    'POST /internal/purchase-orders/{id}/mark-paid': fc.oneof(
      { weight: 2, arbitrary: fc.constant({}) },
      { weight: 2, arbitrary: fc.record({ txHash: hex(32), premiumAmountUsdc: fc.constantFrom('1.00', '2.00') }) },
      { weight: 1, arbitrary: fc.record({ quoteHash: fromPool('quote', `0x${'ab'.repeat(32)}`) }) },
    ),
    'POST /api/quotes': fc.record({
      policyType: fc.constantFrom('OKX_24H', 'OKX_8H', 'OKX_7D'),
      instId: fc.constantFrom('BTC-USDT-SWAP', 'ETH-USDT-SWAP'),
      side: fc.constantFrom('long', 'short'),
      leverage: fc.constantFrom(2, 5, 8, 10, 25, 100),
      payoutUsdc: fc.constantFrom('50', '100.00', '10'),
    }),
  };
  const pools = idPools(operation);
  const byName: Record<string, fc.Arbitrary<unknown>> = {
    id: fc.constantFrom(...pools).chain((pool) => fromPool(pool, UNKNOWN_ID)),
    purchaseOrderId: fc.constantFrom('order ACTIVE', 'order').chain((pool) => fromPool(pool, UNKNOWN_ID)),
    credentialId: fromPool('credential', UNKNOWN_ID),
    quoteHash: fromPool('quote', `0x${'ab'.repeat(32)}`),
    replaces: fromPool('quote', `0x${'ab'.repeat(32)}`),
    cursor: fromPool(`cursor ${operation.path}`, undefined),
    txHash: fc.oneof(
      { weight: 6, arbitrary: hex(32) },
      { weight: 1, arbitrary: fromPool('txHash', `0x${'cd'.repeat(32)}`) },
    ),
    ordId: ordIds,
    instId: instIds,
    policyType: fc.constantFrom('OKX_24H', 'OKX_8H', 'OKX_7D'),
    chainId: fc.constant(8453),
    claimant: claimants,
    payoutAddress: fc.constantFrom(CLAIMANT, ...TRADERS.map(addressOf)),
    address: operation.path.startsWith('/admin/operators')
      ? fc.constantFrom(addressOf('spare'), CLAIMANT)
      : fc.constantFrom(...[...WALLETS.values()].map(({ address }) => address)),
    paidAt: around(0, -SECOND_MS, -HOUR_MS, HOUR_MS).map(formatIso),
    paidAtSec: around(-SECOND_MS, -MINUTE_MS, HOUR_MS).map((ms) => Math.floor(ms / 1000)),
    triggeredAtSec: around(0, -HOUR_MS).map((ms) => Math.floor(ms / 1000)),
    until: around(0, -HOUR_MS, -40 * DAY_MS).map(formatIso),
    // What stops sales stops everything after it: seldom.
    stopped: fc.nat(24).map((number) => number === 0),
    role: fc.constantFrom(...OPERATOR_ROLES),
    region: fc.constantFrom('global', 'global', 'us'),
    limit: fc.constantFrom('1', '5', '50', '200'),
    'idempotency-key': fc.oneof(
      { weight: 4, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constantFrom('again-1', 'again-2', 'again-3') },
    ),
  };
  return (name) => (name === '' ? (whole[operation.name] ?? null) : (byName[name] ?? null));
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Keeps what an answer says of orders, claims, quotes, keys and messages, to be asked about later. */
async function keep(
  pools: Pools,
  callers: Callers,
  operation: Operation,
  sent: unknown,
  answer: unknown,
): Promise<void> {
  if (typeof answer !== 'object' || answer === null) return;
  const fields = answer as Record<string, unknown>;
  for (const item of Array.isArray(fields['items']) ? (fields['items'] as unknown[]).slice(0, 5) : [])
    await keep(pools, callers, operation, null, item);
  if (text(fields['next_cursor']) !== null) pools.add(`cursor ${operation.path}`, fields['next_cursor']);
  if (text(fields['purchaseOrderId']) !== null) {
    pools.add('order', fields['purchaseOrderId']);
    pools.add('order AWAITING_BINDING', fields['purchaseOrderId']);
  }
  if (text(fields['policy_type']) !== null && 'okx_meta_json' in fields) {
    pools.add('order', fields['id']);
    pools.add(`order ${String(fields['status'])}`, fields['id']);
    if (fields['owner'] !== null) pools.add('order of a wallet', fields['id']);
    if (fields['payment_tx_hash'] !== null) pools.add('txHash', fields['payment_tx_hash']);
    if (typeof fields['okx_meta_json'] === 'object' && fields['okx_meta_json'] !== null)
      pools.add('ordId', (fields['okx_meta_json'] as Record<string, unknown>)['ordId']);
  }
  const claimId = text(fields['claimId']) ?? ('okx_event_id' in fields ? text(fields['id']) : null);
  if (claimId !== null) {
    pools.add('claim', claimId);
    pools.add(`claim ${String(fields['status'])}`, claimId);
    if (Array.isArray(fields['hold_reasons']) && fields['hold_reasons'].length > 0) pools.add('claim on hold', claimId);
  }
  if ('uid_masked' in fields && 'region' in fields) pools.add('credential', fields['id']);
  if (text(fields['quote_hash']) !== null && 'premium_usdc' in fields) {
    pools.add('quote', fields['quote_hash']);
    pools.add('purchase at a quote', {
      policyType: fields['policy_type'],
      chainId: 8453,
      premiumAmountUsdc: fields['premium_usdc'],
      policyParams: { payout_fixed_usdc: fields['payout_usdc'], payout_cap_usdc: fields['payout_usdc'] },
      quoteHash: fields['quote_hash'],
    });
  }
  const message = text(fields['message']);
  if (message !== null && 'nonce' in fields) {
    const signed = await callers.sign(message);
    if (signed) pools.add(operation.path.endsWith('/message') ? 'signed for' : 'signed', signed);
  }
}

const WEIGHTS: Readonly<Record<string, number>> = {
  'POST /api/purchase-orders': 6,
  'POST /api/purchase-orders/{id}/bind-okx': 6,
  'POST /internal/purchase-orders/{id}/mark-paid': 4,
  'POST /api/purchase-orders/{id}/claims': 3,
  'POST /internal/claims/onchain-trigger': 3,
  'POST /admin/claims/{id}/approve': 3,
  'POST /admin/claims/{id}/mark-paid': 3,
  'POST /admin/claims/{id}/release-hold': 2,
  'POST /api/quotes': 3,
};

/** LiqPass's backend as a fuzzer drives it: real ids in every state, every kind of caller. */
export async function liqpassTarget(sender: Sender, keys: Keys): Promise<FuzzTarget> {
  const get = (path: string): Promise<FuzzAnswer> => sender.send({ method: 'GET', path, headers: {}, body: null });
  const described = readOpenApi(JSON.parse((await get('/openapi.json')).text));
  const pools = new Pools();
  const callers = await openCallers(sender, {
    'internal key': { 'x-internal-key': keys.internal },
    'admin key': { 'x-admin-key': keys.admin },
    'treasury key': { 'x-admin-key': keys.treasury },
    'wrong key': { 'x-admin-key': 'not-the-admin-key-0001', 'x-internal-key': 'not-the-internal-key-01' },
  });
  return {
    described,
    pools,
    weightOf: ({ name }) => WEIGHTS[name] ?? 1,
    callersOf: ({ path }) => {
      const weights: Record<string, number> = path.startsWith('/internal')
        ? { 'internal key': 20, 'admin key': 1, nobody: 1, 'wrong key': 1, 'trader 1': 1 }
        : path.includes('payout-address')
          ? { 'trader 1': 10, 'trader 2': 2, nobody: 1, lapsed: 1 }
          : path.startsWith('/admin')
            ? {
                'admin key': 8,
                'treasury key': 8,
                viewer: 1,
                reviewer: 2,
                treasurer: 2,
                admin: 2,
                nobody: 1,
                'wrong key': 1,
                'trader 1': 1,
                lapsed: 1,
              }
            : path.startsWith('/api/purchase-orders')
              ? { nobody: 24, 'trader 1': 6, 'trader 2': 1, lapsed: 1, 'admin key': 1 }
              : { nobody: 6, 'trader 1': 8, 'trader 2': 4, 'trader 3': 2, lapsed: 1, 'admin key': 1 };
      return fc.oneof(
        ...Object.entries(weights).map(([caller, weight]) => ({ arbitrary: fc.constant(caller), weight })),
      );
    },
    knownTo,
    headersOf: (caller) => callers.headersOf(caller),
    async harvest(operation, { caller, json }, answer) {
      // Signed out, or replaced by another sign-in: the wallet comes back.
      if (WALLETS.has(caller) && (answer.status === 401 || answer.headers['set-cookie'] !== undefined))
        await callers.signIn(caller);
      if (answer.status >= 300 || !String(answer.headers['content-type']).startsWith('application/json')) return;
      await keep(pools, callers, operation, json, JSON.parse(answer.text));
    },
    secrets: () => callers.secrets(),
  };
}
