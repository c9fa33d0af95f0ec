import { decimal } from '@liqpass/kernel/decimal';
import { parseIso } from '@liqpass/kernel/time';
import { OKX_REGIONS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';

// What control may ask of the exchange. A command is journaled as it came in, and read again by these schemas at start.

const NUMBER = /^\d{1,18}(\.\d{1,12})?$/;
const SIGNED = /^-?\d{1,18}(\.\d{1,12})?$/;
const amountText = (pattern: RegExp, message: string) =>
  z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((text) => pattern.test(text), { error: message })
    .transform(decimal);
const amount = amountText(NUMBER, 'a decimal number like "0.64"');
const positive = amount.refine((value) => value.n > 0n, { error: 'a number above 0' });
const signed = amountText(SIGNED, 'a decimal number like "-1.5"');
const share = positive.refine((value) => value.n <= value.d, { error: 'a share is above 0 and at most 1' });
const instant = z.union([
  z.int().min(1_600_000_000_000).max(4_102_444_800_000),
  z.string().transform((text, context) => {
    const ms = parseIso(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: 'an instant: ISO 8601 with Z, or epoch milliseconds' });
    return z.NEVER;
  }),
]);

const uid = z.string().regex(/^\d{1,24}$/);
const instId = z.string().regex(/^[A-Z0-9-]{3,40}$/);
const posSide = z.enum(['long', 'short', 'net']);
const mgnMode = z.enum(['isolated', 'cross']);
const word = z.string().regex(/^[\x21-\x7e]{1,128}$/);
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value),
    z.array(item),
  );
const perm = listOf(z.enum(['read_only', 'trade', 'withdraw']));
const ip = listOf(z.union([z.ipv4(), z.ipv6()]));

const accountFields = {
  mainUid: uid.optional(),
  label: z.string().max(64).optional(),
  apiKey: word.optional(),
  secretKey: word.optional(),
  passphrase: word.optional(),
  perm: perm.optional(),
  ip: ip.optional(),
  region: z.enum(OKX_REGIONS).optional(),
  posMode: z.enum(['long_short_mode', 'net_mode']).optional(),
  /** USDT. Changing it is a deposit or a withdrawal without a bill. */
  balance: amount.optional(),
};
/** Whose: the default account where it is left out. */
const whose = { uid: uid.optional() };
const slot = { instId, posSide: posSide.optional(), mgnMode: mgnMode.default('isolated') };

export const COMMANDS = {
  accounts: z.strictObject({ uid: uid.optional(), ...accountFields }),
  changeAccount: z.strictObject({ uid, ...accountFields }),
  orders: z.strictObject({
    ...whose,
    instId,
    tdMode: mgnMode.default('isolated'),
    side: z.enum(['buy', 'sell']),
    posSide: posSide.optional(),
    ordType: z.enum(['market', 'limit']).default('market'),
    px: positive.optional(),
    sz: positive,
    lever: positive.optional(),
    reduceOnly: z.boolean().default(false),
    clOrdId: z
      .string()
      .regex(/^[A-Za-z0-9]{0,32}$/)
      .default(''),
    category: z.enum(['normal', 'twap']).default('normal'),
    /** As if a stop-loss had placed it. */
    isAlgo: z.boolean().default(false),
    fills: z
      .array(z.strictObject({ sz: positive, px: positive }))
      .min(1)
      .max(100)
      .optional(),
  }),
  cancel: z.strictObject({ ...whose, ordId: z.string() }),
  marks: z
    .strictObject({
      instId,
      px: positive.optional(),
      /** pin: it stands still. move: it lives on from there. wick: there and back. glide: straight there in overMs. release: a pinned one lives on. */
      how: z.enum(['pin', 'move', 'wick', 'glide', 'release']).default('pin'),
      overMs: z.int().min(1).max(86_400_000).default(60_000),
    })
    .refine((mark) => (mark.how === 'release') === (mark.px === undefined), {
      path: ['px'],
      error: 'a price is needed, except with how: release',
    }),
  margin: z.strictObject({ ...whose, ...slot, amt: signed, isAutomatic: z.boolean().default(false) }),
  leverage: z.strictObject({ ...whose, ...slot, lever: positive, movesMargin: z.boolean().default(true) }),
  funding: z.strictObject({ ...whose, instId, rate: signed }),
  liquidate: z.strictObject({
    ...whose,
    ...slot,
    /** 1: all of it; less: a partial liquidation. */
    share: share.default(decimal('1')),
    /** Whether the mark touches the liquidation price for a moment, so that the candles show it. */
    touchesMark: z.boolean().default(true),
  }),
  adl: z.strictObject({ ...whose, ...slot, share: share.default(decimal('1')) }),
  close: z.strictObject({
    ...whose,
    ...slot,
    share: share.optional(),
    sz: positive.optional(),
    px: positive.optional(),
    isStopLoss: z.boolean().default(false),
  }),
  market: z.strictObject({
    /** Both instruments where it is left out. */
    instId: instId.optional(),
    /** How much the market moves compared to usual; with `since` in the past, its history too. */
    volatility: z.number().min(0.05).max(10).optional(),
    since: instant.optional(),
    /** index / mark: 1.005 pushes the two prices half a percent apart. */
    indexRatio: z.number().min(0.5).max(2).optional(),
  }),
  replay: z.strictObject({
    ...whose,
    rows: z.array(z.unknown()).min(1).max(2_000),
    /** When its forced close happens; now, where it is left out. */
    movedTo: instant.optional(),
    /** follow: the market goes through the recorded marks, and its history with it. leave: it stays as it is. */
    market: z.enum(['leave', 'follow']).default('leave'),
  }),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type Command = { [Name in CommandName]: { name: Name; body: z.infer<(typeof COMMANDS)[Name]> } }[CommandName];

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

/** A command from its name and its body as JSON; throws a ZodError. */
export function parseCommand<Name extends CommandName>(name: Name, body: unknown): Command {
  const parsed = { name, body: COMMANDS[name].parse(body) };
  // The name decides the body's type; TypeScript cannot follow that through the lookup.
  return parsed as Command;
}
