import { parseUsdc, usdc } from '@liqpass/kernel/money';
import { ConfigError, optional, type Environment } from '@liqpass/service/environment';
import type { UnderwritingSettings } from './services/book/bookContext.ts';

/** The limits of the book while nobody has named the capital: 100,000 USDC. */
const DEFAULT_CAPITAL = usdc(100_000_000_000n);

/** Reads CAPITAL_USDC and QUOTE_SIGNING_KEY, both optional; `madeKey` is the embedded mode's own. */
export function readUnderwritingSettings(env: Environment, madeKey: string | null): UnderwritingSettings {
  const text = optional(env, 'CAPITAL_USDC');
  const capital = text === undefined ? DEFAULT_CAPITAL : parseUsdc(text);
  if (capital === null || capital === 0n)
    throw new ConfigError('CAPITAL_USDC is malformed: it must be an amount of USDC such as 100000');
  const key = optional(env, 'QUOTE_SIGNING_KEY') ?? madeKey;
  if (key !== null && !isPrivateKey(key))
    throw new ConfigError('QUOTE_SIGNING_KEY is malformed: it must be 0x and 64 hex digits');
  return { capital, countsEveryOrder: text !== undefined, quoteSigningKey: key };
}

const isPrivateKey = (text: string): text is `0x${string}` => /^0x[0-9a-fA-F]{64}$/.test(text) && !/^0x0+$/.test(text);
