// Files a claim as the chain listener will one day: node apps/liqpass-backend/scripts/mock_trigger.ts <purchaseOrderId> [claimant]
// BACKEND_BASE_URL (default http://localhost:3001) and INTERNAL_API_KEY (default: the one in ./data/secrets.json).
import { errorAnswer } from '@liqpass/api/errorAnswer';
import { purchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { triggerClaimAnswer } from '@liqpass/api/claims';
import { isUuid } from '@liqpass/kernel/ids';
import { existsSync, readFileSync } from 'node:fs';

/** Receives the payout where the order names nobody; any address will do for trying. */
const NOBODY_IN_PARTICULAR = '0x000000000000000000000000000000000000dEaD';

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const [purchaseOrderId, givenClaimant] = process.argv.slice(2);
if (purchaseOrderId === undefined || !isUuid(purchaseOrderId))
  stop('usage: mock_trigger.ts <purchaseOrderId> [claimant 0x…]');
const baseUrl = (process.env['BACKEND_BASE_URL'] ?? 'http://localhost:3001').replace(/\/+$/, '');
const kept: { internalApiKey?: string } = existsSync('data/secrets.json')
  ? JSON.parse(readFileSync('data/secrets.json', 'utf8'))
  : {};
const key = (process.env['INTERNAL_API_KEY'] ?? kept.internalApiKey)?.split(',')[0]?.replace(/^[^:]*:/, '');
if (key === undefined) stop('INTERNAL_API_KEY is missing: whoever triggers claims holds it.');

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        'x-internal-key': key ?? '',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    return stop(`The backend at ${baseUrl} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const order = purchaseOrderAnswer.safeParse((await call('GET', `/api/purchase-orders/${purchaseOrderId}`)).body);
const claimant =
  givenClaimant ?? (order.success ? (order.data.payout_address ?? order.data.owner) : null) ?? NOBODY_IN_PARTICULAR;
const { status, body } = await call('POST', '/internal/claims/onchain-trigger', {
  purchaseOrderId,
  claimant,
  triggeredAtSec: Math.floor(Date.now() / 1000),
});
const refused = errorAnswer.safeParse(body);
if (refused.success)
  stop(`${status} ${refused.data.error}: ${refused.data.message} (request ${refused.data.requestId})`);
console.log(JSON.stringify(triggerClaimAnswer.parse(body), null, 2));
