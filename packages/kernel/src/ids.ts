const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Whether `text` is a UUID as RFC 9562 writes it. */
export const isUuid = (text: string): boolean => UUID.test(text);

const TX_HASH = /^0x[0-9a-fA-F]{64}$/;
/** Whether `text` is a transaction hash: 0x and 64 hex digits. */
export const isTxHash = (text: string): boolean => TX_HASH.test(text);

/** OKX's ids are decimal integers of up to 20 digits. */
const OKX_ID = /^[1-9]\d{0,19}$/;
export const isOkxId = (text: string): boolean => OKX_ID.test(text);

const INST_ID = /^[A-Z0-9_]{1,20}(?:-[A-Z0-9_]{1,20}){1,5}$/;
/** Whether `text` has the shape of an OKX instrument, of whatever kind ("BTC-USDT-SWAP", "BTC-USD_UM_XPERP-310404", "BTC-USD-260626-90000-C"). */
export const isInstId = (text: string): boolean => INST_ID.test(text);

const LINEAR_SWAP = /^[A-Z0-9]{1,20}-USDT-SWAP$/;
/**
 * Whether an instrument is a perpetual that is margined and settled in USDT, by its name. A coin-margined one (BTC-USD-SWAP) counts
 * its contracts in dollars and its loss in coins, and those of the EEA are futures of their own kind (BTC-USD_UM_XPERP-310404).
 */
export const isLinearSwap = (instId: string): boolean => LINEAR_SWAP.test(instId);

/** The identity of a liquidation event of one OKX order, as claims are keyed by it. */
export const okxEventId = (ordId: string): string => `ordId:${ordId}`;
