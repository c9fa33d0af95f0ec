import { isTxHash } from '@liqpass/kernel/ids';

// What wallets answer, which is not always what EIP-1193 says. Pure, so that it can be tried with answers that were seen.

/** The parts of an error, however deep libraries and wallets wrapped it; some throw plain objects, some plain texts. */
function* layers(error: unknown): Generator<Record<string, unknown> | string> {
  const open: unknown[] = [error];
  for (let n = 0; n < 20 && open.length > 0; n += 1) {
    const at = open.shift();
    if (typeof at === 'string') yield at;
    if (typeof at !== 'object' || at === null) continue;
    const part: Record<string, unknown> = { name: '', message: '', ...at };
    // Of an error these are not among its enumerable properties.
    if (at instanceof Error) Object.assign(part, { name: at.name, message: at.message, cause: at.cause });
    yield part;
    for (const inner of ['cause', 'originalError', 'error', 'data', 'info'])
      if (part[inner] !== undefined && part[inner] !== null) open.push(part[inner]);
  }
}

/** EIP-1193's code, and those of ethers, Ledger and WalletConnect. */
const DECLINES = new Set<unknown>([4001, '4001', 'ACTION_REJECTED', 5000, 0x6985]);
/** Where there is no code: a person said no. That a node or a contract rejected it is something else. */
const SAYS_NO =
  /\buser\b.{0,40}\b(?:reject|den(?:y|ied)|cancel|declin|disapprov|abort|close)|\b(?:reject|denied|cancel|declin|abort)\w*\b.{0,20}\buser\b|^(?:the )?(?:request|transaction|signature|signing)?\s*(?:was |has been )?(?:rejected|denied|cancell?ed|declined|aborted)\W*$|用户.{0,6}(?:拒绝|取消)|^已?(?:拒绝|取消)/i;

/** Whether a person declined in the wallet. */
export function isDecline(error: unknown): boolean {
  for (const part of layers(error)) {
    if (typeof part === 'string') {
      if (SAYS_NO.test(part)) return true;
      continue;
    }
    if (part['name'] === 'UserRejectedRequestError' || DECLINES.has(part['code'])) return true;
    for (const text of [part['message'], part['details'], part['shortMessage']])
      if (typeof text === 'string' && SAYS_NO.test(text)) return true;
  }
  return false;
}

/** What the wallet said to a transaction: its hash, or something else, after which nobody knows whether it was sent. */
export type SendAnswer =
  | { readonly txHash: `0x${string}` }
  | { readonly txHash: null; readonly perhaps: string | null };

/** Only 0x and 64 digits are a hash. In anything else a hash may be found, to be looked up and confirmed by its owner. */
export function readSendAnswer(answer: unknown): SendAnswer {
  if (typeof answer === 'string' && isTxHash(answer)) return { txHash: `0x${answer.slice(2)}` };
  const found = /(?<![0-9a-f])(?:0x)?([0-9a-f]{64})(?![0-9a-f])/i.exec(JSON.stringify(answer) ?? '')?.[1];
  return { txHash: null, perhaps: found === undefined ? null : `0x${found}` };
}

/** Names by the marks that wallets set on what they inject. */
const MARKS: readonly (readonly [mark: string, name: string])[] = [
  ['isTokenPocket', 'TokenPocket'],
  ['isImToken', 'imToken'],
  ['isBitKeep', 'Bitget Wallet'],
  ['isBinance', 'Binance Wallet'],
  ['isOkxWallet', 'OKX Wallet'],
  ['isOKExWallet', 'OKX Wallet'],
  ['isTrust', 'Trust Wallet'],
  ['isRabby', 'Rabby Wallet'],
  ['isCoinbaseWallet', 'Coinbase Wallet'],
  // Last: many others say that they are it, too.
  ['isMetaMask', 'MetaMask'],
];
/** What a wallet that did not announce itself is called; null where it does not say. */
export const nameOfInjected = (provider: object): string | null =>
  MARKS.find(([mark]) => Reflect.get(provider, mark) === true)?.[1] ?? null;
