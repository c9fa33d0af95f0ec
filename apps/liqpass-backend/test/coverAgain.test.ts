import type { OkxPosition } from '@liqpass/api/credentials';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindWith, far, openPosition, order, register, snapshotTaken } from './attested.ts';
import { newOrdId } from './harness.ts';
import { snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

/** An account with one open position, whose key is registered: what the list says of it, and what binding it answers. */
async function onePosition(app: Shop, person: SignedIn) {
  const credentialId = (await register(app, person)).body.id;
  const seen = snapshotOf(app, far(app), { ordId: newOrdId() });
  app.verifier.route('POST /snapshot', () => snapshotTaken(seen));
  app.verifier.route('POST /positions', () => ({ body: { positions: [openPosition(seen)] } }));
  const path = `/api/okx-credentials/${credentialId}/positions`;
  return {
    listed: async (): Promise<[boolean | undefined, string | null | undefined]> => {
      const { items } = (await person.call<{ items: OkxPosition[] }>('GET', path)).body;
      return [items[0]?.insurable, items[0]?.order_id];
    },
    bind: (id: string) => bindWith(person, id, seen.ordId, credentialId),
  };
}
const read = async (person: SignedIn, id: string): Promise<PurchaseOrderAnswer> =>
  (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
const cancel = (person: SignedIn, id: string) =>
  person.call<PurchaseOrderAnswer & ErrorAnswer>('POST', `/api/purchase-orders/${id}/cancel`);

test(`the list of positions says what binding would do: while unpaid, covered, over, to be refunded (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const { listed, bind } = await onePosition(app, person);
  const next = async (): Promise<string> => order(person);
  assert.deepEqual(await listed(), [true, null]);
  const first = await next();
  assert.equal((await bind(first)).status, 200);
  assert.deepEqual(await listed(), [false, first], 'unpaid, and its own');
  assert.equal((await bind(await next())).body.error, 'ORDER_ALREADY_INSURED');
  await app.markPaid(first);
  assert.deepEqual(await listed(), [false, first]);
  // Its window is over: the list and the binding both let go of it.
  app.clock.advance(DAY_MS + 3_600_000);
  assert.equal((await read(person, first)).status, 'EXPIRED');
  assert.deepEqual(await listed(), [true, null]);
});

test(`an unpaid order can be taken back: its position is free, it cannot be bound, and money that comes goes back (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const stranger = await signInWith(app);
  const { listed, bind } = await onePosition(app, person);
  const first = await order(person);
  await bind(first);
  assert.equal((await cancel(stranger, first)).body.error, 'NOT_THE_OWNER');
  const [one, other] = await Promise.all([cancel(person, first), cancel(person, first)]);
  assert.deepEqual([one.status, other.status, one.body.status], [200, 200, 'LAPSED']);
  assert.equal(one.body.cancelled_at, other.body.cancelled_at);
  assert.deepEqual(await listed(), [true, null]);
  assert.equal((await bind(first)).body.error, 'INVALID_STATUS_TRANSITION');
  const second = await order(person);
  assert.equal((await bind(second)).status, 200);
  const late = await app.markPaid(first);
  assert.equal((late.body as PurchaseOrderAnswer).status, 'REFUND_DUE');
  await app.markPaid(second);
  assert.equal((await read(person, second)).refund_reason, null);
});

test(`what was paid, or is said to be, is not taken back (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const { bind } = await onePosition(app, person);
  const id = await order(person);
  await bind(id);
  await person.call('POST', `/api/purchase-orders/${id}/report-payment`, {});
  const refused = await cancel(person, id);
  assert.deepEqual([refused.status, refused.body.error], [409, 'INVALID_STATUS_TRANSITION']);
  await app.markPaid(id);
  assert.equal((await cancel(person, id)).body.error, 'INVALID_STATUS_TRANSITION');
  const to = await app.call<{ usual_confirmation_minutes: number | null }>('GET', '/api/payment-instructions');
  assert.equal(to.status, 200);
});
