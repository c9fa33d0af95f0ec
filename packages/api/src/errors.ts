/**
 * Every code LiqPass answers with when it refuses, and its HTTP status; repeatable.ts says which are worth repeating.
 * A closed list: docs/errors.md has a heading for each, and the web app a sentence in each language; tests hold all three together.
 */
export const ERRORS = {
  // 400: malformed
  BAD_REQUEST: { status: 400 },
  INVALID_JSON: { status: 400 },
  VALIDATION_FAILED: { status: 400 },
  /** params: name */
  OPERATOR_NAME_TAKEN: { status: 400 },
  // 401, 403: who is asking
  UNAUTHORIZED: { status: 401 },
  SESSION_EXPIRED: { status: 401 },
  SIGN_IN_MESSAGE_MISMATCH: { status: 401 },
  SIGN_IN_NONCE_USED: { status: 401 },
  SIGN_IN_EXPIRED: { status: 401 },
  SIGN_IN_SIGNATURE_WRONG: { status: 401 },
  FORBIDDEN: { status: 403 },
  NOT_THE_OWNER: { status: 403 },
  ORIGIN_NOT_ALLOWED: { status: 403 },
  SECOND_PERSON_REQUIRED: { status: 403 },
  // 404
  NOT_FOUND: { status: 404 },
  PURCHASE_ORDER_NOT_FOUND: { status: 404 },
  CLAIM_NOT_FOUND: { status: 404 },
  LIABILITY_NOT_FOUND: { status: 404 },
  CREDENTIAL_NOT_FOUND: { status: 404 },
  QUOTE_NOT_FOUND: { status: 404 },
  EVIDENCE_NOT_FOUND: { status: 404 },
  OPERATOR_NOT_FOUND: { status: 404 },
  PAYOUT_NOT_FOUND: { status: 404 },
  BATCH_NOT_FOUND: { status: 404 },
  TRANSFER_NOT_FOUND: { status: 404 },
  CHANNEL_NOT_FOUND: { status: 404 },
  // 409: the state of things does not allow it
  SESSION_CHANGED: { status: 409 },
  ALREADY_PAID_CANNOT_BIND: { status: 409 },
  ORDER_ALREADY_INSURED: { status: 409 },
  PURCHASE_ORDER_NOT_PAID: { status: 409 },
  PURCHASE_ORDER_NOT_COVERED: { status: 409 },
  MISSING_COVERAGE_WINDOW: { status: 409 },
  MISSING_OKX_META: { status: 409 },
  CLAIMANT_MISMATCH: { status: 409 },
  INVALID_STATUS_TRANSITION: { status: 409 },
  TX_HASH_ALREADY_USED: { status: 409 },
  PAYOUT_ADDRESS_FROZEN: { status: 409 },
  PAYOUT_ADDRESS_MISSING: { status: 409 },
  IDEMPOTENCY_KEY_IN_FLIGHT: { status: 409 },
  CREDENTIAL_IN_USE: { status: 409 },
  WATCH_NEEDS_KEY: { status: 409 },
  QUOTE_ALREADY_USED: { status: 409 },
  QUOTE_EXPIRED: { status: 409 },
  PRICE_MOVED: { status: 409 },
  CLAIM_ON_HOLD: { status: 409 },
  /** params: reason (SALES_STOP_REASONS) */
  SALES_STOPPED: { status: 409 },
  /** params: limit (EXPOSURE_LIMITS), room (USDC that could still be sold) */
  EXPOSURE_LIMIT_REACHED: { status: 409 },
  PAYOUT_IN_BATCH: { status: 409 },
  PAYOUT_CHANGED: { status: 409 },
  /** params: id (the claim, or the refund) */
  PAYOUT_NOT_AS_APPROVED: { status: 409 },
  NOT_PAYABLE: { status: 409 },
  /** params: refusal (PAYOUT_REFUSALS) */
  PAYOUT_NOT_PROVEN: { status: 409 },
  PAYMENT_NOT_PROVEN: { status: 409 },
  /** params: addresses */
  PAYEE_BLACKLISTED: { status: 409 },
  /** params: hours */
  TOO_LATE_TO_UNDO: { status: 409 },
  /** params: reason (PREMIUM_DEPENDENCES) */
  PREMIUM_RELIED_ON: { status: 409 },
  TREASURY_SAFE_MISSING: { status: 409 },
  LAST_ADMIN: { status: 409 },
  TOO_MANY_CHANNELS: { status: 409 },
  // 413, 415
  BODY_TOO_LARGE: { status: 413 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  // 422: well-formed, not acceptable
  IDEMPOTENCY_KEY_REUSED: { status: 422 },
  PRODUCT_NOT_FOUND: { status: 422 },
  CHAIN_NOT_SUPPORTED: { status: 422 },
  PREMIUM_NOT_ACCEPTABLE: { status: 422 },
  PAYOUT_NOT_ACCEPTABLE: { status: 422 },
  COVERAGE_WINDOW_NOT_ACCEPTABLE: { status: 422 },
  /** params: address, reason (ZERO, PRECOMPILE, TOKEN, TREASURY) */
  ADDRESS_CANNOT_BE_PAID: { status: 422 },
  START_TOO_FAR: { status: 422 },
  ADDRESS_CHECKSUM_WRONG: { status: 422 },
  PAYOUT_ADDRESS_NOT_SIGNED: { status: 422 },
  PAID_AT_IN_FUTURE: { status: 422 },
  /** params: reason (SEVERAL_ORDERS_NAME_IT or PAYER_IS_ANOTHER) */
  PAYER_UNCLEAR: { status: 422 },
  QUOTE_HASH_MISMATCH: { status: 422 },
  UNATTESTED_BINDING_NOT_ALLOWED: { status: 422 },
  /** params: reason (SNAPSHOT_REASONS or ELIGIBILITY_REFUSALS), and what would do: max_leverage, min_distance, min_margin, max_payout */
  POSITION_NOT_INSURABLE: { status: 422 },
  /** params: reason (QUOTE_REFUSALS), and what would do: max_leverage, min_distance, max_payout */
  QUOTE_REFUSED: { status: 422 },
  CHANNEL_NOT_AVAILABLE: { status: 422 },
  CHANNEL_ADDRESS_NOT_ALLOWED: { status: 422 },
  CHANNEL_CODE_WRONG: { status: 422 },
  SEALED_KEY_UNREADABLE: { status: 422 },
  KEY_NOT_READ_ONLY: { status: 422 },
  KEY_WRONG_REGION: { status: 422 },
  KEY_WRONG_PASSPHRASE: { status: 422 },
  KEY_WRONG_SECRET: { status: 422 },
  /** params: ip (the address to add to the key's list) */
  KEY_IP_NOT_ALLOWED: { status: 422 },
  KEY_EXPIRED_OR_BLOCKED: { status: 422 },
  // 429, 503, 500
  TOO_MANY_REQUESTS: { status: 429 },
  SERVICE_UNAVAILABLE: { status: 503 },
  DATABASE_UNAVAILABLE: { status: 503 },
  VERIFIER_UNAVAILABLE: { status: 503 },
  INTERNAL_ERROR: { status: 500 },
} as const satisfies Record<string, { status: number }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** What is wrong with an exchange key, so far as jp-verify tells its caller: for its owner to mend. */
export const EXCHANGE_KEY_CODES = ERROR_CODES.filter(
  (code) => code === 'SEALED_KEY_UNREADABLE' || code.startsWith('KEY_'),
);

/** Parameters of an error that a screen needs to say it in its own language; strings only, never a secret. */
export type ErrorParams = Readonly<Record<string, string>>;

/** A refusal: a code of the list, a sentence a person can act on, and what a screen needs to say it in another language. */
export class LiqPassError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams | undefined;
  constructor(code: ErrorCode, message: string, options: { params?: ErrorParams; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LiqPassError';
    this.code = code;
    this.params = options.params;
  }
  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Whether `error` is a refusal; by its shape, so that two copies of this module still understand each other. */
export function isLiqPassError(error: unknown): error is LiqPassError {
  return error instanceof Error && error.name === 'LiqPassError' && 'code' in error;
}
