// One tuple for each closed set of words. The wire's schemas, the database's CHECKs, the types and the screens are made
// from these; a test holds the database against them.

export const CLAIM_STATUSES = [
  'VERIFYING',
  'VERIFIED_PENDING_REVIEW',
  'APPROVED_PENDING_MULTISIG',
  'PAID',
  'REJECTED',
  'FAILED',
] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** Derived from facts and the time, never stored. */
export const PURCHASE_ORDER_STATUSES = [
  'AWAITING_BINDING',
  'AWAITING_PAYMENT',
  'SCHEDULED',
  'ACTIVE',
  'EXPIRED',
  'LAPSED',
  'REFUND_DUE',
  'REFUNDED',
  'CLAIMED',
  'SETTLED',
] as const;
export type PurchaseOrderStatus = (typeof PURCHASE_ORDER_STATUSES)[number];

export const VERDICTS = [
  'LIQUIDATED',
  'PARTIALLY_LIQUIDATED',
  'NOT_LIQUIDATED',
  'STILL_OPEN',
  'INELIGIBLE',
  'INCONCLUSIVE',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict is not a liquidation inside the window. */
export const VERDICT_REASONS = [
  'OUT_OF_COVERAGE_WINDOW',
  'CLOSED_NORMALLY',
  'ADL',
  'STILL_OPEN',
  'BOUND_AFTER_LIQUIDATION',
  'ORDER_IS_A_CLOSE',
  'ORDER_NEVER_FILLED',
  'UID_MISMATCH',
  'KEY_NOT_READ_ONLY',
  'CROSS_MARGIN',
  'INSTRUMENT_NOT_COVERED',
  'NOT_A_SWAP',
  'ORDER_NOT_FOUND',
  'EVIDENCE_INCOMPLETE',
  'EVIDENCE_CONTRADICTS',
  'LEDGER_TOO_LONG',
  'EXCHANGE_UNAVAILABLE',
  'KEY_REJECTED',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** What a person should look at before paying; never decides by itself. */
export const VERDICT_FLAGS = [
  'MARGIN_REDUCED_AFTER_BIND',
  'SIZE_ADDED_AFTER_BIND',
  'LEVERAGE_CHANGED_AFTER_BIND',
  'MARK_NEVER_REACHED_LIQ_PRICE',
  'LOSS_SOURCES_DISAGREE',
  'NET_MODE_FLIP',
  'ORDER_ID_TIME_MISMATCH',
  'HISTORY_DISAGREES',
] as const;
export type VerdictFlag = (typeof VERDICT_FLAGS)[number];

export const CHECK_RESULTS = ['pass', 'fail', 'no_data'] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** Every question jp-verify asks of an account, in the order a person reads them; a screen has a sentence for each. */
export const CHECK_CODES = [
  // who was asked, and with what key
  'EXCHANGE_ANSWERED',
  'KEY_READ_ONLY',
  'UID_MATCHES',
  // the order
  'ORDER_FOUND',
  'ORDER_IS_SWAP',
  'ORDER_IS_ISOLATED',
  'ORDER_FILLED',
  'ORDER_NOT_FORCED',
  'ORDER_ID_TIME',
  // the position, by its ledger
  'READING_COMPLETE',
  'SUBTYPES_KNOWN',
  'BILLS_EQUAL_FILLS',
  'LIFETIME_FOUND',
  'LIFETIME_MATCHES_SNAPSHOT',
  'LEDGER_BALANCES',
  'ORDER_OPENED_SIZE',
  'OPEN_WHEN_BOUND',
  // what ended it
  'FORCED_BY_BILL',
  'FORCED_BY_FILL',
  'FORCED_BY_TRADE_ID',
  'FORCED_BY_ORDER',
  'HISTORY_AGREES',
  'NOT_IN_FUTURE',
  'LIQUIDATION_FOUND',
  'LIQUIDATED_IN_WINDOW',
  'LOSS_SOURCES_AGREE',
  'PENALTY_COUNTED',
  // what the trader did after binding
  'MARGIN_NOT_REDUCED',
  'SIZE_NOT_ADDED',
  'LEVERAGE_UNCHANGED',
  'MARK_REACHED_LIQ_PRICE',
  'NO_NET_MODE_FLIP',
  // a position as it stands, before it is insured
  'POSITION_OPEN',
  'ORDER_IN_POSITION',
  'MARGIN_KNOWN',
  'LIQ_PRICE_KNOWN',
  // beside the proof, by what we heard ourselves
  'PUBLIC_FEED_SAW_IT',
] as const;
export type CheckCode = (typeof CHECK_CODES)[number];

/** Why a position cannot be insured as it stands. */
export const SNAPSHOT_REASONS = [
  'KEY_NOT_READ_ONLY',
  'ORDER_NOT_FOUND',
  'INSTRUMENT_NOT_COVERED',
  'NOT_A_SWAP',
  'CROSS_MARGIN',
  'ORDER_NEVER_FILLED',
  'ORDER_IS_A_CLOSE',
  'POSITION_NOT_OPEN',
  'ORDER_NOT_IN_POSITION',
  'LIQ_PRICE_UNKNOWN',
  'EVIDENCE_INCOMPLETE',
  'EVIDENCE_CONTRADICTS',
  'LEDGER_TOO_LONG',
  'EXCHANGE_UNAVAILABLE',
  'KEY_REJECTED',
] as const;
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

/** Where an account of OKX lives: a key works only on the hosts of its own region. */
export const OKX_REGIONS = ['global', 'us', 'eea'] as const;
export type OkxRegion = (typeof OKX_REGIONS)[number];

/** What is known of an order's payment. */
export const PAYMENT_STATUSES = ['none', 'seen', 'final'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Why money that came buys no cover and goes back. */
export const REFUND_REASONS = [
  'PAID_BEFORE_BINDING',
  'PAID_AFTER_WINDOW',
  'PAID_SHORT',
  'PAID_AFTER_DEADLINE',
  'BINDING_RELEASED',
  'TOUCHED_BEFORE_COVER',
  'PRICE_MOVED',
  'BOOK_FULL',
  'ACCOUNT_LIMIT_REACHED',
] as const;
export type RefundReason = (typeof REFUND_REASONS)[number];

/** What is to be paid: an approved claim, money that bought no cover, or what came beyond the price of a cover. */
export const PAYOUT_KINDS = ['claim', 'refund', 'excess'] as const;
export type PayoutKind = (typeof PAYOUT_KINDS)[number];
export const PAYOUT_STATUSES = ['DUE', 'IN_BATCH', 'PAID'] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];
export const BATCH_STATUSES = ['OPEN', 'PAID', 'DROPPED'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];
/** Who said where a payout goes: the claim, the order's payout address, the order's wallet, or an operator who asked. */
export const PAYEE_SOURCES = ['CLAIM', 'PAYOUT_ADDRESS', 'OWNER', 'OPERATOR'] as const;
export type PayeeSource = (typeof PAYEE_SOURCES)[number];

/** What rests on the record of a premium, so that it is not undone. */
export const PREMIUM_DEPENDENCES = ['CLAIMED', 'COVER_BEGAN', 'MONEY_OWED', 'ON_CHAIN'] as const;
export type PremiumDependence = (typeof PREMIUM_DEPENDENCES)[number];

/** Whether the mark came to the liquidation price fixed at binding between the payment and the start of cover. */
export const WAITING_CHECKS = ['UNTOUCHED', 'TOUCHED', 'UNKNOWN'] as const;
export type WaitingCheck = (typeof WAITING_CHECKS)[number];

/** The chain premiums are paid on: Base. */
export const BASE_CHAIN_ID = 8453;
/** USDC on Base, as Circle publishes it. */
export const USDC_ON_BASE = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';

export const SIDES = ['long', 'short'] as const;
export type Side = (typeof SIDES)[number];

/** From looking only to everything: each role may do what those before it may, except that paying is the treasurer's. */
export const OPERATOR_ROLES = ['viewer', 'reviewer', 'treasurer', 'admin'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];
/** Whether a role may do what is for `atLeast` and those after it. */
export const mayAs = (role: OperatorRole, atLeast: OperatorRole): boolean =>
  OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(atLeast);

/** Why a person rejected a claim; the text beside it says more. */
export const REJECTION_CODES = [
  'NOT_COVERED_BY_POLICY',
  'OUTSIDE_WINDOW',
  'POSITION_DOES_NOT_MATCH',
  'LOSS_NOT_PROVEN',
  'SELF_MADE_LIQUIDATION',
  'KEY_OR_ACCOUNT_DOUBTFUL',
  'CLAIMED_ELSEWHERE',
  'PREMIUM_NOT_RECEIVED',
  'OTHER',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** Why a product is not sold on an instrument right now. */
export const SALES_STOP_REASONS = [
  'STOPPED_BY_OPERATOR',
  'EXCHANGE_DOWN',
  'MARKET_DATA_MISSING',
  'MARKET_DATA_STALE',
  'PRICE_SOURCES_DISAGREE',
  'MARKET_TURMOIL',
  'CIRCUIT_BREAKER',
  'NO_ROOM_IN_BOOK',
] as const;
export type SalesStopReason = (typeof SALES_STOP_REASONS)[number];

/** Why a quote is refused although the product is on sale. */
export const QUOTE_REFUSALS = [
  'TOO_LIKELY',
  'TOO_CLOSE_TO_LIQUIDATION',
  'LIQUIDATION_PRICE_ON_WRONG_SIDE',
  'LIQUIDATION_PRICE_OF_ANOTHER',
  'LEVERAGE_TOO_HIGH',
  'FIXED_PRICE_DOES_NOT_HOLD',
  'PAYOUT_ABOVE_POLICY_LIMIT',
  'PAYOUT_NOT_OFFERED',
] as const;
export type QuoteRefusal = (typeof QUOTE_REFUSALS)[number];

/** Which limit of the book a sale would break. */
export const EXPOSURE_LIMITS = ['BOOK', 'SIDE', 'NEAR_BUCKET', 'HOUR', 'ACCOUNT', 'POLICY'] as const;
export type ExposureLimit = (typeof EXPOSURE_LIMITS)[number];

/** Why a position cannot be insured at this price or at all, besides what the verifier saw (SNAPSHOT_REASONS). */
export const ELIGIBILITY_REFUSALS = [
  'POSITION_DIFFERS_FROM_QUOTE',
  'INSTRUMENT_NOT_COVERED',
  'TIER_TOO_HIGH',
  'TOO_LIKELY',
  'TOO_CLOSE_TO_LIQUIDATION',
  'LEVERAGE_TOO_HIGH',
  'FIXED_PRICE_DOES_NOT_HOLD',
  'MARGIN_TOO_SMALL',
  'ACCOUNT_LIMIT_REACHED',
  'MARKET_TURMOIL',
  'ALREADY_TOUCHED',
  'ALREADY_INSURED',
] as const;
export type EligibilityRefusal = (typeof ELIGIBILITY_REFUSALS)[number];

/** What a person is shown about a verified claim: the verifier's flags and our own; domain/hold.ts says which hold it. */
export const HOLD_REASONS = [
  ...VERDICT_FLAGS,
  'UNATTESTED_BINDING',
  'WAITING_UNCHECKED',
  'PREMIUM_VANISHED',
  'HEDGED_PAIR',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** What the chain says against a payee: the issuer of USDC would let no transfer through, or what arrives is a contract's. */
export const PAYEE_DOUBTS = ['PAYEE_BLACKLISTED', 'PAYEE_IS_CONTRACT'] as const;
export type PayeeDoubt = (typeof PAYEE_DOUBTS)[number];

/** What a claim's timeline is made of. */
export const TIMELINE_KINDS = [
  'POSITION_OPENED',
  'BOUND',
  'PAYMENT_REPORTED',
  'PREMIUM_PAID',
  'COVER_STARTED',
  'LIQUIDATED',
  'CLAIM_FILED',
  'COVER_ENDED',
  'APPROVED',
  'REJECTED',
  'PAYOUT_PAID',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** By what another claim is related to this one. */
export const CLAIM_RELATIONS = ['ACCOUNT', 'WALLET', 'TRANSACTION'] as const;
export type ClaimRelation = (typeof CLAIM_RELATIONS)[number];

/** By what an opposite cover on the same instrument is linked to this one: main account, wallet, payout address, or who sent the premium. */
export const COVER_LINKS = ['ACCOUNT', 'WALLET', 'PAYOUT_ADDRESS', 'PAYER'] as const;
export type CoverLink = (typeof COVER_LINKS)[number];

/** What the holder of a watched position changed. */
export const WATCH_CHANGE_KINDS = [
  'MARGIN_ADDED',
  'MARGIN_REMOVED',
  'LEVERAGE_CHANGED',
  'SIZE_ADDED',
  'SIZE_REDUCED',
] as const;
export type WatchChangeKind = (typeof WATCH_CHANGE_KINDS)[number];

/** Why a watch has ended: nothing is looked at any more. */
export const WATCH_ENDS = ['LIQUIDATED', 'CLAIMED', 'CLOSED', 'WINDOW_OVER', 'NOT_COVERED', 'KEY_GONE'] as const;
export type WatchEnd = (typeof WATCH_ENDS)[number];

/** off: nobody looks. waiting: cover has not begun. blind: the position could not be seen at the last look. */
export const WATCH_STATES = ['off', 'waiting', 'watching', 'blind', 'ended'] as const;
export type WatchState = (typeof WATCH_STATES)[number];

/** How the exchange answers. DOWN: nothing is sold, and nobody's time runs. */
export const EXCHANGE_STATES = ['UP', 'DEGRADED', 'DOWN'] as const;
export type ExchangeState = (typeof EXCHANGE_STATES)[number];
/** Why it is not UP: it does not answer, works on itself, is about to open again, or answers only now and then. */
export const EXCHANGE_TROUBLES = ['NO_ANSWER', 'MAINTENANCE', 'PRE_OPEN', 'MANY_FAILURES'] as const;
export type ExchangeTrouble = (typeof EXCHANGE_TROUBLES)[number];
/** By what way somebody is told. The last four are addresses that a message is posted to. */
export const CHANNEL_KINDS = ['telegram', 'email', 'feishu', 'dingtalk', 'wecom', 'json', 'push'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
export const TELLING_LOCALES = ['en', 'zh'] as const;
export type TellingLocale = (typeof TELLING_LOCALES)[number];

/** What a trader is told of. TEST and CONFIRM are of the channel itself. */
export const TRADER_EVENTS = [
  'TEST',
  'CONFIRM',
  'PAYMENT_SEEN',
  'PAID',
  'REFUND_DUE',
  'REFUNDED',
  'COVER_BEGINS',
  'NEAR',
  'POSITION_CHANGED',
  'PARTLY_LIQUIDATED',
  'LIQUIDATED',
  'POSITION_CLOSED',
  'CLAIM_FILED',
  'CLAIM_APPROVED',
  'CLAIM_REJECTED',
  'CLAIM_PAID',
  'ENDS_SOON',
  'KEY_DEAD',
] as const;
/** What operators are told of. */
export const OPERATOR_EVENTS = [
  'PAYMENT_REPORTED',
  'PAYMENT_UNMATCHED',
  'CLAIM_TO_REVIEW',
  'CLAIM_OVERDUE',
  'PAYOUT_DUE',
  'TREASURY_TROUBLE',
  'CAPITAL_LOW',
  'EXCHANGE_DOWN',
  'AUDIT_BROKEN',
  'LOG_BROKEN',
  'BOOK_OFF',
  'WATCH_BLIND',
  'NEW_KEY_USED',
] as const;
export const TOLD_EVENTS = [...TRADER_EVENTS, ...OPERATOR_EVENTS] as const;
export type ToldEvent = (typeof TOLD_EVENTS)[number];

/** Why a message did not get through; never what a server said, which may hold an address or a token. */
export const CHANNEL_FAILURES = [
  'UNREACHABLE',
  'TIMEOUT',
  'REFUSED',
  'RATE_LIMITED',
  'BLOCKED',
  'ADDRESS_NOT_ALLOWED',
  'NOT_CONFIGURED',
  'ENDED',
] as const;
export type ChannelFailure = (typeof CHANNEL_FAILURES)[number];
