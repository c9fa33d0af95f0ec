import { systemClock } from '@liqpass/kernel/time';
import { sealExchangeKey } from '@liqpass/sealing/seal';
import { buildLogger } from '@liqpass/service/logger';
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { attestationKeys } from '../src/attesting.ts';
import { buildApp } from '../src/app.ts';
import type { OkxCredential } from '../src/okx/credential.ts';
import { createRateLimiter } from '../src/okx/rateLimiter.ts';
import { sealingKeys } from '../src/sealing.ts';
import { createContext } from '../src/services/context.ts';
import { startStrangeExchange, type Account, type Habits, type Row, type StrangeExchange } from './strangeExchange.ts';

export const API_KEY = 'bearer-for-tests-0123456789';
export const OWNER = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';

export type StrangeScene = {
  readonly exchange: StrangeExchange;
  readonly app: Awaited<ReturnType<typeof buildApp>>;
  /** An account at the exchange with a key of its own: the fields of a question that show it. */
  readonly tenant: (account: Account, habits?: Habits) => Promise<Row>;
  close(): Promise<void>;
};

const random = (): string => randomBytes(12).toString('hex');

/**
 * jp-verify, with short pauses, behind an exchange with other habits than the one the rest is tested with; `own` is the account
 * that its own key shows, null where it has none.
 */
export async function verifierBehindStrangeExchange(own: Account | null = null): Promise<StrangeScene> {
  const exchange = await startStrangeExchange(30);
  const addTenant = (account: Account, habits: Habits): OkxCredential => {
    const key = { apiKey: random(), secretKey: random(), passphrase: random() };
    exchange.tenants.set(key.apiKey, { ...key, account, habits });
    return key;
  };
  const { keys } = await sealingKeys([]);
  const publicKey = keys[0]?.publicKey ?? '';
  const pauses = [5, 5, 10, 20, 40, 80];
  const ctx = createContext({
    clock: systemClock,
    logger: buildLogger('jp-verify', 'error', new Writable({ write: (_chunk, _encoding, done) => done() })),
    okxBaseUrl: exchange.url,
    ownCredential: own && addTenant(own, {}),
    sealingKeys: keys,
    attestationKeys: attestationKeys([]).keys,
    okxTiming: { backoffMs: pauses, slowMs: pauses, requestTimeoutMs: 10_000 },
    limiter: createRateLimiter(systemClock, { spanMs: 40, slowDownMs: 40 }),
    reading: { withinMs: 60_000, againAfterMs: pauses, absentAgainMs: 5 },
  });
  const app = await buildApp(ctx, API_KEY);
  return {
    exchange,
    app,
    async tenant(account, habits = {}) {
      const key = addTenant(account, habits);
      return { credential: await sealExchangeKey(publicKey, OWNER, { ...key, region: 'global' }), owner: OWNER };
    },
    async close() {
      await app.close();
      await exchange.close();
    },
  };
}
