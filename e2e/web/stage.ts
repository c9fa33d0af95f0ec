import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderFileAnswer } from '@liqpass/api/desk';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { buildWeb } from '../../scripts/buildWeb.ts';
import { productAsProcesses, type RunningProduct } from '../productAsProcesses.ts';

/** Where premiums go in these tests: any contract address with a right checksum does. */
export const TREASURY = '0x4200000000000000000000000000000000000006';

export type ExchangeAccount = { uid: string; apiKey: string; secretKey: string; passphrase: string };
export type Stage = RunningProduct & {
  /** Operators by role; the first is an administrator. */
  readonly operators: Readonly<Record<'admin' | 'reviewer' | 'treasurer', Hex>>;
  openAccount(change?: Record<string, unknown>): Promise<ExchangeAccount>;
  /** Opens an isolated position; answers with its order. */
  openPosition(
    uid: string,
    slot: { instId: string; posSide: 'long' | 'short' },
    sz: string,
    lever: string,
  ): Promise<string>;
  /** The time as every process has it. */
  now(): number;
  /** So much time goes by for every process at once; until each has seen it. */
  letPass(ms: number): Promise<void>;
  /**
   * Ten minutes, and one more, go by for every process at once: cover of a position that was seen has begun. What the mark did
   * meanwhile is read from the exchange's minutes; until then a claim would be held.
   */
  passTheWait(orderId: string): Promise<void>;
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
};

const account = z.object({ uid: z.string(), apiKey: z.string(), secretKey: z.string(), passphrase: z.string() });

/** The product as processes of its own, with a treasury, three operators, and an exchange to open accounts on. */
export async function setStage(env: Record<string, string> = {}): Promise<Stage> {
  const clocks = mkdtempSync(join(tmpdir(), 'liqpass-clock-'));
  const clock = join(clocks, 'ahead');
  let aheadMs = 0;
  writeFileSync(clock, '0');
  const moved = {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, '../shiftedClock.ts')}`,
    CLOCK_AHEAD: clock,
  };
  const [product] = await Promise.all([
    productAsProcesses({ env: { TREASURY_SAFE: TREASURY, ...moved, ...env } }),
    buildWeb(() => undefined),
  ]);
  const operators = { admin: generatePrivateKey(), reviewer: generatePrivateKey(), treasurer: generatePrivateKey() };
  const admin = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await product.call(method, path, body, { 'x-admin-key': product.secrets.adminApiKey });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const role of ['admin', 'reviewer', 'treasurer'] as const)
    await admin('PUT', `/admin/operators/${privateKeyToAccount(operators[role]).address}`, {
      role,
      name: `Test ${role}`,
    });
  const stage: Stage = {
    ...product,
    operators,
    admin,
    now: () => Date.now() + aheadMs,
    async letPass(ms) {
      aheadMs += ms;
      writeFileSync(clock, String(aheadMs));
      // The processes look at their clock's file ten times a second.
      for (const server of [product.backend, product.jpVerify, product.simulator])
        await product.until(
          async () => Date.parse((await fetch(`${server}/healthz`)).headers.get('date') ?? ''),
          (serverMs) => serverMs > stage.now() - 5_000,
        );
    },
    async passTheWait(orderId) {
      await stage.letPass(11 * 60_000);
      await pricesAreThere(stage);
      await stage.until(
        async () =>
          orderFileAnswer.parse(await admin('GET', `/admin/purchase-orders/${orderId}`)).premium?.waiting_check,
        (check) => check === 'UNTOUCHED',
      );
    },
    async remove() {
      await product.remove();
      rmSync(clocks, { recursive: true, force: true });
    },
    async openAccount(change = {}) {
      const given = {
        apiKey: `key-${crypto.randomUUID()}`,
        secretKey: crypto.randomUUID(),
        passphrase: crypto.randomUUID(),
      };
      const made = await product.control('/accounts', { ...given, perm: 'read_only', balance: '100000', ...change });
      return account.parse({ ...given, ...made });
    },
    async openPosition(uid, slot, sz, lever) {
      const made = await product.control('/orders', {
        uid,
        ...slot,
        side: slot.posSide === 'long' ? 'buy' : 'sell',
        sz,
        lever,
      });
      return z.string().parse(made['ordId']);
    },
  };
  return stage;
}

/** Prices are there once the market has been read. */
export const pricesAreThere = (stage: Stage): Promise<unknown> =>
  stage.until(
    () =>
      stage.call('POST', '/api/quotes', {
        policyType: 'OKX_24H',
        instId: 'BTC-USDT-SWAP',
        side: 'long',
        payoutUsdc: '50',
        leverage: 5,
      }),
    ({ status }) => status === 200,
  );
