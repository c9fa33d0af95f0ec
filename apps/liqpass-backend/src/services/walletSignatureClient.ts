import { LiqPassError } from '@liqpass/api/errors';
import { verifyMessage } from 'viem/utils';

export type SignedText = { readonly address: string; readonly message: string; readonly signature: string };

/** Who judges whether a wallet signed a text. */
export type WalletSignatures = { isSignedBy(signed: SignedText): Promise<boolean> };

type Hex = `0x${string}`;
const isHex = (text: string): text is Hex => text.startsWith('0x');
const RPC_TIMEOUT_MS = 8_000;
/** What nodes say of a call that was carried out and reverted, with data or without: the chain has judged. */
const REVERTED = new Set<unknown>([3, -32_000, -32_015]);

/**
 * Judges signatures of keys by themselves (EIP-191), and, where an RPC address of Base is given, those of contract wallets by
 * asking the chain once (ERC-1271, and ERC-6492 for wallets not yet deployed). Without one, a contract wallet cannot sign in.
 */
export function walletSignatureClient(rpcUrl: string | null): WalletSignatures {
  return {
    async isSignedBy({ address, message, signature }) {
      if (!isHex(address) || !isHex(signature)) return false;
      // A malformed signature throws; to the caller that is a wrong one. EOA first: it needs nobody else.
      if (await verifyMessage({ address, message, signature }).catch(() => false)) return true;
      if (rpcUrl === null) return false;
      const [{ createPublicClient, http }, { base }] = await Promise.all([import('viem'), import('viem/chains')]);
      const overHttp = http(rpcUrl, { timeout: RPC_TIMEOUT_MS, retryCount: 1 });
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
      const signed = await chain.verifyMessage({ address, message, signature }).catch((cause: unknown) => {
        unanswered = cause;
        return false;
      });
      if (!signed && unanswered !== undefined)
        throw new LiqPassError(
          'SERVICE_UNAVAILABLE',
          'The chain does not answer right now: sign in again in a moment.',
          { cause: unanswered },
        );
      return signed;
    },
  };
}
