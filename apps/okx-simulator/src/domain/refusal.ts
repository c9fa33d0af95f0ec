/** Why the exchange does not do what it was asked: a code for programs, a sentence for people. Nothing has changed then. */
export const REFUSALS = {
  ACCOUNT_NOT_FOUND: 404,
  ORDER_NOT_FOUND: 404,
  POSITION_NOT_FOUND: 404,
  FAULT_NOT_FOUND: 404,
  RECORDING_NOT_FOUND: 404,
  ACCOUNT_EXISTS: 409,
  SLOT_IN_USE: 409,
  NOT_FLAT: 409,
  INSTRUMENT_UNKNOWN: 422,
  SIZE_NOT_ACCEPTABLE: 422,
  PRICE_NOT_ACCEPTABLE: 422,
  LEVERAGE_NOT_ACCEPTABLE: 422,
  POS_SIDE_NOT_ACCEPTABLE: 422,
  NOTHING_TO_CLOSE: 422,
  BALANCE_TOO_SMALL: 422,
  MARGIN_TOO_SMALL: 422,
  TIME_NOT_ACCEPTABLE: 422,
  RECORDING_NOT_READABLE: 422,
  NOT_ISOLATED: 422,
} as const;
export type RefusalCode = keyof typeof REFUSALS;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The value, or a refusal where there is none. */
export function found<T>(value: T | null | undefined, code: RefusalCode, message: string): T {
  if (value === null || value === undefined) throw new Refusal(code, message);
  return value;
}
