import { sealExchangeKey } from '@liqpass/sealing/seal';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { INTERNAL_KEY } from './backendProcess.ts';

type Json = Record<string, unknown>;
/** A trader with an account at the exchange, a cover bound with its key, paid, and watched with leave to claim. */
export type WatchedTrader = {
  readonly uid: string;
  readonly apiKey: string;
  readonly orderId: string;
  /** As the trader, who is signed in; it throws where that is refused. */
  call(method: string, path: string, body?: Json): Promise<Json>;
};

export const INST_ID = 'BTC-USDT-SWAP';
type Control = (path: string, body: Json) => Promise<Json>;

/** Over the product's own routes, step by step, each trader from an address of its own. */
export async function newWatchedTrader(
  shop: { readonly url: string; readonly sealingKey: string },
  control: Control,
  number: number,
  leverage: number,
): Promise<WatchedTrader> {
  const uid = String(772_000_000_000_000_000n + BigInt(number));
  const keys = { apiKey: `storm-key-${number}`, secretKey: `storm-secret-${number}`, passphrase: 'Storm!1' };
  await control('/accounts', { uid, ...keys, perm: ['read_only'], balance: '10000' });
  const { ordId } = await control('/orders', {
    uid,
    instId: INST_ID,
    posSide: 'long',
    side: 'buy',
    sz: '2',
    lever: leverage.toFixed(2),
  });
  const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  let cookie = '';
  const call = async (
    method: string,
    path: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<Json> => {
    const response = await fetch(`${shop.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        origin: shop.url,
        'x-forwarded-for': address,
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return answer;
  };
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { message } = await call('POST', '/api/auth/nonce', { address: wallet.address, chainId: 8453 });
  const signature = await wallet.signMessage({ message: String(message) });
  await call('POST', '/api/auth/verify', { message, signature });
  const sealed = await sealExchangeKey(shop.sealingKey, wallet.address, { ...keys, region: 'global' });
  const { id: credentialId } = await call('POST', '/api/okx-credentials', { sealed, region: 'global', label: 'storm' });
  const { purchaseOrderId } = await call('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
  });
  const orderId = String(purchaseOrderId);
  await call('POST', `/api/purchase-orders/${orderId}/bind-okx`, { ordId, instId: INST_ID, credentialId });
  const paid = await call(
    'POST',
    `/internal/purchase-orders/${orderId}/mark-paid`,
    {},
    { 'x-internal-key': INTERNAL_KEY },
  );
  if (paid['status'] !== 'SCHEDULED') throw new Error(`paid, and ${JSON.stringify(paid)}`);
  await call('PUT', `/api/purchase-orders/${orderId}/watch`, { on: true, files_claims: true });
  return { uid, apiKey: keys.apiKey, orderId, call };
}
