import type { AuthNonce } from '@liqpass/api/auth';
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import type { Reply, TestBackend } from './harness.ts';

export const newWallet = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey());

/** The cookie that an answer set, as a browser sends it back; '' where it was cleared; null where none was set. */
export function cookieOf(headers: Headers): string | null {
  const set = headers.getSetCookie().find((each) => /^(?:__Host-)?liqpass=/.test(each));
  if (set === undefined) return null;
  const pair = set.split(';', 1)[0] ?? '';
  return pair.endsWith('=') ? '' : pair;
}

export type SignedIn = {
  readonly wallet: PrivateKeyAccount;
  readonly cookie: string;
  call<T = unknown>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
};

/** Somebody new who stays signed in: `again` signs in once more, when a session has ended with the clock. */
export async function staysSignedIn(
  backend: TestBackend,
): Promise<{ readonly person: SignedIn; readonly again: () => Promise<void> }> {
  let session = await signInWith(backend);
  const { wallet, cookie } = session;
  return {
    person: { wallet, cookie, call: (...asked) => session.call(...asked) },
    again: async () => {
      session = await signInWith(backend, wallet);
    },
  };
}

/** Signs in with a wallet, a new one unless one is given, as a browser would. */
export async function signInWith(
  backend: TestBackend,
  wallet: PrivateKeyAccount = newWallet(),
  chainId = 8453,
): Promise<SignedIn> {
  const asked = await backend.call<AuthNonce>('POST', '/api/auth/nonce', {
    body: { address: wallet.address, chainId },
  });
  const { message } = asked.body;
  const signature = await wallet.signMessage({ message });
  const answer = await backend.call('POST', '/api/auth/verify', { body: { message, signature } });
  const cookie = cookieOf(answer.headers);
  if (answer.status !== 200 || cookie === null) throw new Error(`not signed in: ${JSON.stringify(answer.body)}`);
  return {
    wallet,
    cookie,
    call: (method, path, body, headers = {}) =>
      backend.call(method, path, {
        headers: { cookie, ...headers },
        ...(method === 'GET' ? {} : { body: body ?? {} }),
      }),
  };
}
