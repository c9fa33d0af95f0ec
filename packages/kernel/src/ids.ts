const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Whether `text` is a UUID as RFC 9562 writes it. */
export const isUuid = (text: string): boolean => UUID.test(text);

const TX_HASH = /^0x[0-9a-fA-F]{64}$/;
/** Whether `text` is a transaction hash: 0x and 64 hex digits. */
export const isTxHash = (text: string): boolean => TX_HASH.test(text);

/** OKX's ids are decimal integers of up to 20 digits. */
const OKX_ID = /^[1-9]\d{0,19}$/;
export const isOkxId = (text: string): boolean => OKX_ID.test(text);

const INST_ID = /^[A-Z0-9]{2,20}(?:-[A-Z0-9]{2,20}){1,3}$/;
/** Whether `text` has the shape of an OKX instrument ("BTC-USDT-SWAP"). */
export const isInstId = (text: string): boolean => INST_ID.test(text);

/** The identity of a liquidation event of one OKX order, as claims are keyed by it. */
export const okxEventId = (ordId: string): string => `ordId:${ordId}`;
