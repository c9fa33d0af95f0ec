import { LiqPassError } from '@liqpass/api/errors';
import { fullSignature } from '@liqpass/kernel/signature';
import { boundedFetch } from '@liqpass/service/boundedFetch';
import { verifyMessage } from 'viem/utils';

export type SignedText = { readonly address: string; readonly message: string; readonly signature: string };

/**
 * Who judges whether a wallet signed a text. A key's signature is judged here, by itself. A contract wallet's is what the
 * chain says (ERC-1271, ERC-6492), so whoever answers RPC_URL could say it of any address: the two are asked apart, and who
 * asks the chain has to know why.
 */
export type WalletSignatures = {
  isSignedByKey(signed: SignedText): Promise<boolean>;
  /**
   * Whether the contract at the address says so, to every RPC that is named. `known`: an operator has vouched that the address
   * is a contract wallet; of any other the chain is asked only where two RPCs show the same code at it. 503 where one of them
   * does not answer.
   */
  isSignedByContract(signed: SignedText, known: boolean): Promise<boolean>;
};

type Hex = `0x${string}`;
const isHex = (text: string): text is Hex => text.startsWith('0x');
const RPC_TIMEOUT_MS = 8_000;
const LARGEST_ANSWER = 1024 * 1024;
/** Two that answer alike; what one alone says of a stranger's address is worth nothing. */
const AGREEING = 2;
/** What nodes say of a call that was carried out and reverted, with data or without: the chain has judged. */
const REVERTED = new Set<unknown>([3, -32_000, -32_015]);

/** `rpcUrls`: none, one or two RPCs of Base. */
export function walletSignatureClient(rpcUrls: readonly string[]): WalletSignatures {
  const silent = (cause: unknown): LiqPassError =>
    new LiqPassError('SERVICE_UNAVAILABLE', 'The chain does not answer right now: sign in again in a moment.', {
      cause,
    });

  async function connect(rpcUrl: string) {
    const [{ createPublicClient, http }, { base }] = await Promise.all([import('viem'), import('viem/chains')]);
    const overHttp = http(rpcUrl, {
      timeout: RPC_TIMEOUT_MS,
      retryCount: 1,
      fetchFn: boundedFetch({ timeoutMs: RPC_TIMEOUT_MS, mostBytes: LARGEST_ANSWER }),
    });
    // viem takes any call that failed for a wrong signature, a chain that cannot be reached too: so what failed is kept.
    let unanswered: unknown;
    const chain = createPublicClient({
      chain: base,
      transport: (options) => {
        const transport = overHttp(options);
        const request: typeof transport.request = async (question) => {
          try {
            return await transport.request(question);
          } catch (cause) {
            if (!(cause instanceof Error && 'code' in cause && REVERTED.has(cause.code))) unanswered = cause;
            throw cause;
          }
        };
        return { ...transport, request };
      },
    });
    return {
      code: async (address: Hex): Promise<Hex> =>
        (await chain.getCode({ address }).catch((cause: unknown) => {
          throw silent(cause);
        })) ?? '0x',
      says: async (signed: { address: Hex; message: string; signature: Hex }): Promise<boolean> => {
        const yes = await chain.verifyMessage(signed).catch((cause: unknown) => {
          unanswered = cause;
          return false;
        });
        if (!yes && unanswered !== undefined) throw silent(unanswered);
        return yes;
      },
    };
  }

  return {
    async isSignedByKey({ address, message, signature }) {
      // A malformed signature throws; to the caller that is a wrong one.
      if (!isHex(address) || !isHex(signature)) return false;
      return verifyMessage({ address, message, signature: fullSignature(signature) }).catch(() => false);
    },
    async isSignedByContract({ address, message, signature }, known) {
      if (rpcUrls.length < (known ? 1 : AGREEING) || !isHex(address) || !isHex(signature)) return false;
      const chains = await Promise.all(rpcUrls.map(connect));
      if (!known) {
        const codes = new Set(await Promise.all(chains.map(({ code }) => code(address))));
        if (codes.size !== 1 || codes.has('0x')) return false;
      }
      const said = await Promise.all(chains.map(({ says }) => says({ address, message, signature })));
      return said.every(Boolean);
    },
  };
}
