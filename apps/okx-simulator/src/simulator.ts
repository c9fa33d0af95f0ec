import type { Clock, EpochMs } from '@liqpass/kernel/time';
import { isCommandName, parseCommand, type CommandName } from './control/commands.ts';
import { DEFAULT_UID, execute } from './control/execute.ts';
import { faultBook, type FaultBook } from './control/faults.ts';
import { newAccount, newExchange, type Exchange } from './domain/exchange.ts';
import { Refusal } from './domain/refusal.ts';
import { scanMarks } from './domain/scan.ts';
import type { Journal } from './journal.ts';
import { rateLimiter, type RateLimiter } from './okx/rateLimits.ts';

export type DefaultKey = { readonly apiKey: string; readonly secretKey: string; readonly passphrase: string };

export type Simulator = {
  readonly exchange: Exchange;
  readonly faults: FaultBook;
  readonly rates: RateLimiter;
  readonly clock: Clock;
  /** Carries out a command now, and journals it. Throws a Refusal or a ZodError, and has changed nothing then. */
  run(name: CommandName, body: unknown): Record<string, unknown>;
  /** Lets the marks do what they did until now; returns now. */
  catchUp(): EpochMs;
};

/** The exchange as its journal left it, with the default account; ready for commands. */
export function openSimulator(clock: Clock, seed: string, journal: Journal, defaultKey: DefaultKey): Simulator {
  const begun = journal.entries.find((entry) => entry.kind === 'start');
  // An exchange that exists keeps the market it began with: another seed would put every journaled price in another world.
  const startMs = begun?.atMs ?? clock.now();
  const exchange = newExchange(begun?.seed ?? seed, startMs);
  exchange.accounts.set(
    DEFAULT_UID,
    newAccount({
      ...defaultKey,
      uid: DEFAULT_UID,
      mainUid: DEFAULT_UID,
      label: 'default',
      perm: ['read_only'],
      ip: [],
      region: 'global',
      posMode: 'long_short_mode',
      balance: { n: 100_000n, d: 1n },
    }),
  );
  if (!begun) journal.write({ kind: 'start', seed, atMs: startMs });
  for (const entry of journal.entries) {
    if (entry.kind !== 'command' || !isCommandName(entry.name)) continue;
    try {
      execute(exchange, parseCommand(entry.name, entry.body), entry.atMs);
    } catch (error) {
      // A journaled command was accepted once; only a change of the rules can refuse it now, and the rest still holds.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return {
    exchange,
    faults: faultBook(),
    rates: rateLimiter(),
    clock,
    run(name, body) {
      const nowMs = clock.now();
      const result = execute(exchange, parseCommand(name, body), nowMs);
      journal.write({ kind: 'command', name, atMs: nowMs, body });
      return result;
    },
    catchUp() {
      const nowMs = clock.now();
      scanMarks(exchange, nowMs);
      return nowMs;
    },
  };
}
