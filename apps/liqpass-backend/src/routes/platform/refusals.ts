import { EXCHANGE_KEY_CODES } from '@liqpass/api/errors';
import { isWrite, type RefusalsOf } from '@liqpass/service/refusals';
import { BEHIND_A_DOOR } from './matchedRoute.ts';

/** Codes by what a route is: who may call it is said once, in `security`; `{}` among its ways is nobody in particular. */
export const refusalsOf: RefusalsOf = (route) => {
  if (!BEHIND_A_DOOR.test(route.url)) return [];
  const ways = (route.schema?.security ?? []).flatMap((way) => Object.keys(way));
  const open = route.schema?.security?.some((way) => Object.keys(way).length === 0) ?? true;
  return [
    'TOO_MANY_REQUESTS',
    'DATABASE_UNAVAILABLE',
    ...(isWrite(route) ? (['ORIGIN_NOT_ALLOWED'] as const) : []),
    ...(ways.includes('session') ? (['SESSION_CHANGED'] as const) : []),
    ...(open ? [] : (['UNAUTHORIZED'] as const)),
    ...(!open && ways.includes('session') ? (['SESSION_EXPIRED'] as const) : []),
    ...(ways.includes('adminKey') ? (['FORBIDDEN'] as const) : []),
  ];
};

/** Whoever is signed in, or nobody in particular: a session that has ended is refused all the same (traderActor). */
export const OPTIONAL_SESSION = [{ session: [] }, {}];
/** Of a route on one order, for its wallet. */
export const OF_OWN_ORDER = ['PURCHASE_ORDER_NOT_FOUND', 'NOT_THE_OWNER', 'SESSION_EXPIRED'] as const;
/** Of a route that asks the exchange with a sealed key. */
export const OF_EXCHANGE_KEY = ['VERIFIER_UNAVAILABLE', ...EXCHANGE_KEY_CODES] as const;
export const OF_FILING = [
  'ADDRESS_CHECKSUM_WRONG',
  'ADDRESS_CANNOT_BE_PAID',
  'PURCHASE_ORDER_NOT_FOUND',
  'PURCHASE_ORDER_NOT_PAID',
  'PURCHASE_ORDER_NOT_COVERED',
  'MISSING_COVERAGE_WINDOW',
  'MISSING_OKX_META',
  'CLAIMANT_MISMATCH',
] as const;
export const OF_MARKING_PAID = [
  'PURCHASE_ORDER_NOT_FOUND',
  'PAID_AT_IN_FUTURE',
  'QUOTE_HASH_MISMATCH',
  'TX_HASH_ALREADY_USED',
  'PAYER_UNCLEAR',
  'PAYMENT_NOT_PROVEN',
  'ADDRESS_CHECKSUM_WRONG',
  'SERVICE_UNAVAILABLE',
] as const;
export const OF_A_SIGNED_MESSAGE = [
  'SIGN_IN_MESSAGE_MISMATCH',
  'SIGN_IN_NONCE_USED',
  'SIGN_IN_EXPIRED',
  'SIGN_IN_SIGNATURE_WRONG',
  'SERVICE_UNAVAILABLE',
] as const;
