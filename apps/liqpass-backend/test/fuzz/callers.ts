import type { FuzzRequest } from '@liqpass/testing/fuzz/requests';
import type { Sender } from '@liqpass/testing/fuzz/sendHttp';
import { OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import { keccak256, toHex } from 'viem/utils';
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { z } from 'zod';
import { cookieOf } from '../wallet.ts';

/** The same wallet for the same name, in every run. */
const walletOf = (name: string): PrivateKeyAccount => privateKeyToAccount(keccak256(toHex(`liqpass fuzz ${name}`)));

export const TRADERS = ['trader 1', 'trader 2', 'trader 3'] as const;
export const WALLETS: ReadonlyMap<string, PrivateKeyAccount> = new Map(
  [...TRADERS, ...OPERATOR_ROLES, 'spare'].map((name) => [name, walletOf(name)]),
);
export const addressOf = (name: string): string => WALLETS.get(name)?.address ?? '';
/** OPERATORS for the backend under test: one of each role. The spare one comes and goes. */
export const OPERATORS = OPERATOR_ROLES.map((role) => `${addressOf(role)}:${role}:${role}`).join(',');

const signInMessage = z.object({ message: z.string() });
const post = (path: string, body: unknown, forwardedFor: string): FuzzRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
  body: Buffer.from(JSON.stringify(body)),
});

/** Who calls: keys and the sessions of our wallets, which are opened again when a request has ended them. */
export type Callers = {
  headersOf(caller: string): Readonly<Record<string, string>>;
  signIn(caller: string): Promise<void>;
  /** Signs a message of the server with the wallet that it names; null for a wallet that is not ours. */
  sign(message: string): Promise<{ message: string; signature: string } | null>;
  secrets(): readonly string[];
};

export async function openCallers(
  sender: Sender,
  keys: Readonly<Record<string, Record<string, string>>>,
): Promise<Callers> {
  const cookies = new Map<string, string>();
  const signingIn = new Map<string, Promise<void>>();
  // Addresses for documentation (RFC 5737): callers without a wallet are told apart by theirs.
  let asked = 0;
  const forwardedFor = (): string => `198.51.${100 + ((asked >> 8) & 7)}.${(asked += 1) & 255}`;

  async function signInNow(caller: string): Promise<void> {
    const wallet = WALLETS.get(caller);
    if (!wallet) return;
    const asking = post('/api/auth/nonce', { address: wallet.address, chainId: 8453 }, forwardedFor());
    const { message } = signInMessage.parse(JSON.parse((await sender.send(asking)).text));
    const signature = await wallet.signMessage({ message });
    const answer = await sender.send(post('/api/auth/verify', { message, signature }, forwardedFor()));
    const headers = new Headers();
    for (const cookie of answer.headers['set-cookie'] ?? []) headers.append('set-cookie', cookie);
    const cookie = cookieOf(headers);
    if (answer.status !== 200 || cookie === null) throw new Error(`${caller} could not sign in: ${answer.text}`);
    cookies.set(caller, cookie);
  }
  const signIn = (caller: string): Promise<void> => {
    const running = signingIn.get(caller) ?? signInNow(caller).finally(() => signingIn.delete(caller));
    signingIn.set(caller, running);
    return running;
  };
  for (const caller of WALLETS.keys()) await signIn(caller);

  return {
    headersOf(caller) {
      const cookie = cookies.get(caller);
      return {
        'x-forwarded-for': forwardedFor(),
        ...(cookie === undefined ? {} : { cookie }),
        ...(caller === 'lapsed' ? { cookie: `liqpass=${'A'.repeat(43)}` } : {}),
        ...keys[caller],
      };
    },
    signIn,
    async sign(message) {
      const wallet = [...WALLETS.values()].find(({ address }) => message.includes(address));
      return wallet ? { message, signature: await wallet.signMessage({ message }) } : null;
    },
    secrets: () => [
      ...Object.values(keys).flatMap((headers) => Object.values(headers)),
      ...[...cookies.values()].map((cookie) => cookie.split('=')[1] ?? ''),
    ],
  };
}
