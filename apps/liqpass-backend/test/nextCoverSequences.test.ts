import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keepMarks } from '../src/db/book/marketRepo.ts';
import { checkWaits } from '../src/services/waiting.ts';
import { bindWith, far, register, snapshotTaken } from './attested.ts';
import { brokenInvariants } from './brokenInvariants.ts';
import { APPLICATION, newOrdId } from './harness.ts';
import { liquidated, verdict } from './scriptedVerifier.ts';
import { BTC, goOn, snapshotOf, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { staysSignedIn } from './wallet.ts';

type Step =
  | { readonly do: 'buy' | 'buy twice' | 'go on' | 'pay' | 'pay late' | 'cancel' | 'undo' }
  | { readonly do: 'wait'; readonly until: 'the last hour' | 'the last minutes' | 'the end' | 'a while' }
  | { readonly do: 'claim'; readonly finding: 'liquidated' | 'open' | 'closed'; readonly which: number };
const verb = (name: Exclude<Step['do'], 'wait' | 'claim'>) => fc.constant<Step>({ do: name });
const step: fc.Arbitrary<Step> = fc.oneof(
  ...(['buy', 'buy twice', 'pay', 'pay late', 'cancel', 'undo'] as const).map(verb),
  { weight: 3, arbitrary: verb('go on') },
  { weight: 2, arbitrary: verb('pay') },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      until: fc.constantFrom(
        'the last hour' as const,
        'the last minutes' as const,
        'the end' as const,
        'a while' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      finding: fc.constantFrom('liquidated' as const, 'open' as const, 'closed' as const),
      which: fc.nat({ max: 3 }),
    }),
  },
);

test(`no sequence of binding, waiting, paying, going on and claiming gives a position two covers at once, or a liquidation two claims (${engine})`, async (t) => {
  const app = await testShop(t, { verdictWaitMs: 30_000 });
  const { pool } = app.backend.ctx.database;
  const { person, again } = await staysSignedIn(app);
  const credentialId = (await register(app, person)).body.id;
  const goTo = async (ms: number): Promise<void> => {
    app.clock.set(Math.max(app.clock.now(), ms));
    const markPx = app.market.marks.get(BTC)?.mark ?? 0;
    goOn(app);
    app.market.minutePx = markPx;
    await app.feed();
    const now = app.clock.now();
    const marks = Array.from({ length: 80 }, (_, n) => ({
      instId: BTC,
      atMs: now - n * MINUTE_MS,
      markPx: String(markPx),
      index: null,
    }));
    await keepMarks(app.backend.ctx.db, marks);
    await again();
    await checkWaits(app.backend.ctx);
  };
  const reached = { goneOn: 0, both: 0, claimed: 0 };

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), fc.boolean(), async (steps, goesOn) => {
      const ordId = newOrdId();
      const seen = snapshotOf(app, far(app), { ordId, posId: ordId });
      app.verifier.route('POST /snapshot', () => snapshotTaken({ ...seen, takenAtMs: app.clock.now() }));
      // Other accounts' covers are of other runs: each has an account of its own.
      await pool.query(`update book_rooms set held_until = now() - interval '1 day'`);
      const made: string[] = [];
      const read = async (id: string): Promise<PurchaseOrderAnswer> =>
        (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
      const last = async (status: string): Promise<PurchaseOrderAnswer | undefined> =>
        (await Promise.all(made.map(read))).findLast((order) => order.status === status);
      const buy = async (follows?: string): Promise<void> => {
        const { body } = await person.call<{ purchaseOrderId?: string }>('POST', '/api/purchase-orders', {
          ...APPLICATION,
          ...(follows === undefined ? {} : { follows }),
        });
        if (body.purchaseOrderId === undefined) return;
        made.push(body.purchaseOrderId);
        const { status } = await bindWith(person, body.purchaseOrderId, ordId, credentialId);
        if (status === 200 && follows !== undefined) reached.goneOn += 1;
      };
      const take = async (each: Step): Promise<void> => {
        const active = await last('ACTIVE');
        const due = await last('AWAITING_PAYMENT');
        if (each.do === 'buy') await buy();
        if (each.do === 'go on') await buy(active?.id ?? made.at(-1));
        if (each.do === 'buy twice') await Promise.all([buy(active?.id), buy(active?.id), buy()]);
        if (each.do === 'pay' && due) await app.markPaid(due.id);
        if (each.do === 'pay late') for (const id of made) await app.markPaid(id);
        if (each.do === 'cancel' && due) await person.call('POST', `/api/purchase-orders/${due.id}/cancel`, {});
        if (each.do === 'undo' && made.length > 0)
          await app.admin(`/admin/purchase-orders/${made.at(-1)}/undo-paid`, { reason: 'a mistake' });
        if (each.do === 'wait') {
          const end = Date.parse(active?.coverage_end_at ?? '') || app.clock.now() + 11 * MINUTE_MS;
          const ahead = { 'the last hour': -40, 'the last minutes': -4, 'the end': 2, 'a while': null }[each.until];
          await goTo(ahead === null ? app.clock.now() + 11 * MINUTE_MS : end + ahead * MINUTE_MS);
        }
        if (each.do === 'claim') {
          const id = made[each.which];
          if (id === undefined) return;
          const now = app.clock.now();
          const answer = {
            liquidated: liquidated(now - 1_000),
            open: verdict('STILL_OPEN', 'STILL_OPEN'),
            closed: verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'),
          }[each.finding];
          app.verifier.script(() => answer);
          // Whatever was found, it is asked about each of the position's covers.
          for (const one of each.finding === 'liquidated' ? made : [id])
            await person.call('POST', `/api/purchase-orders/${one}/claims`, { claimant: person.wallet.address });
        }
      };
      await take({ do: 'buy' });
      await take({ do: 'pay' });
      await take({ do: 'wait', until: 'a while' });
      // Many begin on the way that matters, so that what comes after it is met.
      const begin: Step[] = goesOn ? [{ do: 'wait', until: 'the last hour' }, { do: 'go on' }, { do: 'pay' }] : [];
      for (const each of [...begin, ...steps]) {
        await take(each);
        assert.deepEqual(await brokenInvariants(pool, 'Purchase orders'), [], JSON.stringify(each));
        assert.deepEqual(await brokenInvariants(pool, 'Claims'), [], JSON.stringify(each));
      }
      const orders = await Promise.all(made.map(read));
      const covers = orders
        .filter(({ effective_start_at }) => effective_start_at !== null)
        .map((order) => [Date.parse(order.effective_start_at ?? ''), Date.parse(order.coverage_end_at ?? '')] as const)
        .toSorted(([a], [b]) => a - b);
      covers.forEach(([start], n) => assert.ok(n === 0 || start >= (covers[n - 1]?.[1] ?? 0), 'they overlap'));
      if (covers.length > 1) reached.both += 1;
      const payable = orders.filter(({ claim }) => claim?.payout_amount_usdc !== null && claim !== undefined);
      reached.claimed += payable.length > 0 ? 1 : 0;
      const { rows } = await pool.query<{ at: string }>(
        'select liquidation_time_ms as at from insurance_claims where purchase_order_id = any($1) and payout_amount_usdc is not null',
        [made],
      );
      assert.equal(new Set(rows.map(({ at }) => at)).size, rows.length, 'a liquidation has two claims');
    }),
    {
      numRuns: 8,
      examples: [
        [
          [
            { do: 'wait', until: 'the end' },
            { do: 'claim', finding: 'liquidated', which: 0 },
          ],
          true,
        ],
        [
          [
            { do: 'claim', finding: 'liquidated', which: 0 },
            { do: 'wait', until: 'the end' },
          ],
          true,
        ],
      ],
    },
  );
  assert.ok(reached.goneOn > 1 && reached.both > 0 && reached.claimed > 1, JSON.stringify(reached));
});
