import type { BrowserContext } from '@playwright/test';
import { keccak256, type Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';

export type TestWallet = {
  readonly address: Hex;
  /** Every transaction it signed, as it would have been broadcast. */
  readonly sent: Hex[];
  /** Methods it was asked, in order. */
  readonly asked: string[];
  /** The next call of this method is declined, as a person does. */
  declineNext(method: string): void;
  /** The next call of this method is never answered, as when the page is closed before the person has decided. */
  ignoreNext(method: string): void;
  /** The next call of this method is answered with this, whatever it is; nothing is done. */
  answerNext(method: string, answer: unknown): void;
  /** The next call of this method fails with this, whatever it is; resolves once it did. */
  failNext(method: string, error: unknown): Promise<void>;
};
/** How a wallet comes into a page: announced (EIP-6963), only injected as window.ethereum, or announced late. */
export type WalletKind = 'announced' | 'injected' | 'late';

const rpc = z.tuple([z.string(), z.array(z.unknown())]);
const transaction = z.object({
  to: z.templateLiteral(['0x', z.string()]),
  data: z.templateLiteral(['0x', z.string()]),
});
const chainParam = z.tuple([z.object({ chainId: z.string() })]);

/**
 * A wallet as a browser has one: announced by EIP-6963, its key kept here in Node. It starts on another chain than the
 * page needs, knows Base only after being told of it, and signs for real.
 */
export async function installWallet(
  context: BrowserContext,
  key: Hex = generatePrivateKey(),
  kind: WalletKind = 'announced',
): Promise<TestWallet> {
  const account = privateKeyToAccount(key);
  const known = new Set([1]);
  const declined = new Set<string>();
  const ignored = new Set<string>();
  const answers = new Map<string, unknown>();
  const failures = new Map<string, { readonly error: unknown; readonly failed: () => void }>();
  const sent: Hex[] = [];
  const asked: string[] = [];
  let chainId = 1;
  const refuse = (code: number, message: string) => ({ error: { code, message } });

  await context.exposeFunction('__wallet', async (...input: unknown[]) => {
    const [method, params] = rpc.parse(input);
    asked.push(method);
    if (ignored.delete(method)) return new Promise(() => undefined);
    if (answers.has(method)) {
      const result = answers.get(method);
      answers.delete(method);
      return { result };
    }
    const failure = failures.get(method);
    if (failure !== undefined) {
      failures.delete(method);
      failure.failed();
      return { thrown: failure.error };
    }
    if (declined.delete(method)) return refuse(4001, 'User rejected the request.');
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return { result: [account.address] };
    if (method === 'eth_chainId') return { result: `0x${chainId.toString(16)}` };
    if (method === 'net_version') return { result: String(chainId) };
    if (method === 'wallet_requestPermissions' || method === 'wallet_getPermissions')
      return { result: [{ parentCapability: 'eth_accounts' }] };
    if (method === 'wallet_revokePermissions') return { result: null };
    if (method === 'wallet_switchEthereumChain' || method === 'wallet_addEthereumChain') {
      const wanted = Number(chainParam.parse(params)[0].chainId);
      if (method === 'wallet_addEthereumChain') known.add(wanted);
      else if (!known.has(wanted)) return refuse(4902, 'Unrecognized chain ID.');
      chainId = wanted;
      return { result: null, emit: ['chainChanged', `0x${wanted.toString(16)}`] };
    }
    if (method === 'personal_sign')
      return {
        result: await account.signMessage({ message: { raw: z.templateLiteral(['0x', z.string()]).parse(params[0]) } }),
      };
    if (method === 'eth_sendTransaction') {
      const { to, data } = transaction.parse(params[0]);
      const raw = await account.signTransaction({
        chainId,
        nonce: sent.length,
        to,
        data,
        gas: 100_000n,
        maxFeePerGas: 1_000_000_000n,
        maxPriorityFeePerGas: 1_000_000n,
        type: 'eip1559',
      });
      sent.push(raw);
      return { result: keccak256(raw) };
    }
    return refuse(4200, `${method} is not known to this wallet`);
  });
  await context.addInitScript({ content: PROVIDER.replace('KIND', kind) });
  return {
    address: account.address,
    sent,
    asked,
    declineNext: (method) => void declined.add(method),
    ignoreNext: (method) => void ignored.add(method),
    answerNext: (method, answer) => void answers.set(method, answer),
    failNext: (method, error) => new Promise((failed) => failures.set(method, { error, failed })),
  };
}

/** Runs in the page: a frozen EIP-1193 provider that hands every question to Node. */
const PROVIDER = `(() => {
  const listeners = {};
  const emit = (event, data) => (listeners[event] ?? []).forEach((listener) => listener(data));
  const provider = Object.freeze({
    async request({ method, params }) {
      const answer = await window.__wallet(method, params ?? []);
      if ('thrown' in answer) throw answer.thrown;
      if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      if (answer.emit) emit(...answer.emit);
      return answer.result;
    },
    on(event, listener) { (listeners[event] ??= new Set()).add(listener); },
    removeListener(event, listener) { listeners[event]?.delete(listener); },
  });
  const kind = 'KIND';
  if (kind === 'injected') {
    window.ethereum = Object.assign(Object.create(provider), { isTokenPocket: true });
    return;
  }
  const info = Object.freeze({
    uuid: '350670db-19fa-4704-a166-e52e178b59d2',
    name: 'Test Wallet',
    rdns: 'example.liqpass.wallet',
    icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="%230a6a4e"/></svg>',
  });
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  const begin = () => {
    addEventListener('eip6963:requestProvider', announce);
    announce();
  };
  if (kind === 'late') window.announceLate = begin;
  else begin();
})();`;
