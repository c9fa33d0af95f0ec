import { amountsDue } from '@liqpass/chain/amountDue';
import { formatUsdc, usdc } from '@liqpass/kernel/money';
import { DAY_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeAmountsDue } from '../src/db/amountsDueRepo.ts';
import { bindWith, far, order, register, snapshotTaken } from './attested.ts';
import { APPLICATION, newOrdId } from './harness.ts';
import { snapshotOf, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';
import { watchedShop } from './watchedShop.ts';

const CHAIN_ID = 31_337;
const BUYER = '0x00000000000000000000000000000000000b0b0b';
const millionths = (text: string): bigint => BigInt(text.replace('.', '').padEnd(7, '0'));

const dueOf = async (app: Shop, id: string): Promise<bigint> => millionths((await app.readOrder(id)).amount_due_usdc);

/** As though strangers from everywhere had made so many orders, each due one of these amounts. */
async function takeAll(app: Shop, id: string, amounts: readonly bigint[]): Promise<void> {
  const { pool } = app.backend.ctx.database;
  await pool.query(
    `with given as (select n, gen_random_uuid() as id, amount from unnest($2::numeric[]) with ordinality a (amount, n)
       where not exists (select from amounts_due d where d.amount_usdc = a.amount)),
     made as (insert into purchase_orders select (jsonb_populate_record(o, jsonb_build_object('id', g.id, 'amount_due_usdc', g.amount,
         'payment_reference', '0x' || encode(sha256(g.id::text::bytea), 'hex')))).*
       from purchase_orders o, given g where o.id = $1 returning id, amount_due_usdc)
     insert into amounts_due (amount_usdc, purchase_order_id, held_by) select amount_due_usdc, id, 'stranger ' || id from made`,
    [id, amounts.map((amount) => formatUsdc(usdc(amount)))],
  );
}

test(`orders from one place hold fifty amounts, and leave the rest to others (${engine})`, async (t) => {
  const { shop: app } = await watchedShop(t, { chainId: CHAIN_ID });
  const ids: string[] = [];
  for (let at = 0; at < 55; at += 1) ids.push(await app.order({ ...APPLICATION, chainId: CHAIN_ID }));
  const due = await Promise.all(ids.map((id) => dueOf(app, id)));
  assert.equal(due.filter((amount) => amount < 1_000_000n).length, 50);
  assert.equal(new Set(due.slice(0, 50)).size, 50);
  // They are still known by their reference, and somebody else's order by its amount.
  assert.match((await app.readOrder(ids.at(-1) ?? '')).payment_reference ?? '', /^0x[0-9a-f]{64}$/);
  const person = await signInWith(app);
  const own = millionths(
    (
      await person.call<{ amount_due_usdc: string }>(
        'GET',
        `/api/purchase-orders/${await order(person, { chainId: CHAIN_ID })}`,
      )
    ).body.amount_due_usdc,
  );
  assert.ok(own < 1_000_000n && !due.includes(own));
  // A paid order holds nothing against the next.
  const [first = ''] = ids;
  await app.bind(first, newOrdId());
  assert.equal((await app.markPaid(first)).status, 200);
  assert.ok((await dueOf(app, await app.order({ ...APPLICATION, chainId: CHAIN_ID }))) < 1_000_000n);
});

test(`whoever shows a position with a key has an amount of their own, whatever strangers have taken (${engine})`, async (t) => {
  const { shop: app, chain, look } = await watchedShop(t, { chainId: CHAIN_ID });
  const stranger = await app.order({ ...APPLICATION, chainId: CHAIN_ID });
  await takeAll(app, stranger, [...amountsDue(usdc(1_000_000n), 0, { forAll: true })]);
  assert.equal(await dueOf(app, await app.order({ ...APPLICATION, chainId: CHAIN_ID })), 1_000_000n);

  const person = await signInWith(app);
  const credentialId = (await register(app, person)).body.id;
  const ordId = newOrdId();
  const seen = snapshotOf(app, far(app), { ordId });
  app.verifier.route('POST /snapshot', () => snapshotTaken({ ...seen, takenAtMs: app.clock.now() }));
  const id = await order(person, { chainId: CHAIN_ID });
  const bound = await bindWith(person, id, ordId, credentialId);
  assert.equal(bound.status, 200, JSON.stringify(bound.body));
  const due = millionths(bound.body.amount_due_usdc);
  assert.ok(due < 1_000_000n && due > 990_000n, bound.body.amount_due_usdc);

  // From a wallet that nobody knows, without a reference: the amount tells.
  chain.send(BUYER, due);
  const second = Math.ceil(app.clock.now() / SECOND_MS);
  for (let at = 0; at < 4; at += 1) chain.mine(second + at * 2);
  app.clock.advance(10 * SECOND_MS);
  await look();
  const { body: paid } = await person.call<{ payment: { status: string } }>('GET', `/api/purchase-orders/${id}`);
  assert.equal(paid.payment.status, 'final');
});

test(`an amount is kept a week after its order ended, a day where nobody was asked to pay it (${engine})`, async (t) => {
  const { shop: app } = await watchedShop(t, { chainId: CHAIN_ID });
  const [unbound, bound] = [
    await app.order({ ...APPLICATION, chainId: CHAIN_ID }),
    await app.order({ ...APPLICATION, chainId: CHAIN_ID }),
  ];
  await app.bind(bound, newOrdId());
  const { db } = app.backend.ctx;
  const kept = async (afterMs: number): Promise<string[]> => {
    await freeAmountsDue(db, app.clock.now() + afterMs);
    const rows = await db.selectFrom('amounts_due').select('purchase_order_id').execute();
    return rows.map((row) => row.purchase_order_id).sort();
  };
  // Their windows are a day long.
  assert.deepEqual(await kept(1.9 * DAY_MS), [unbound, bound].sort());
  assert.deepEqual(await kept(2.1 * DAY_MS), [bound]);
  assert.deepEqual(await kept(7.9 * DAY_MS), [bound]);
  assert.deepEqual(await kept(8.1 * DAY_MS), []);
});
