import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DAY_MS, formatIso, HOUR_MS } from '@liqpass/kernel/time';
import { PURCHASE_ORDER_STATUSES } from '@liqpass/kernel/vocabulary';
import fc from 'fast-check';
import { ADMIN_KEY, CLAIMANT, newOrdId, testBackend, type TestBackend } from './harness.ts';
import { liquidated, verdict } from './scriptedVerifier.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend({ verdictWaitMs: 30_000 });
});
after(() => t.close());

const VERDICTS = [
  'liquidated now',
  'liquidated before paying',
  'liquidated in the future',
  'closed',
  'still open',
] as const;
const TX = { a: `0x${'a'.repeat(64)}`, b: `0x${'b'.repeat(64)}` };

type Step =
  | { do: 'bind' | 'approve' | 'wait' | 'report' | 'undo' }
  | { do: 'pay'; when: 'now' | 'an hour ago' | 'tomorrow'; amount: '1.00' | '0.50' }
  | { do: 'claim'; finding: (typeof VERDICTS)[number] }
  | { do: 'reject'; reason: string }
  | { do: 'pay out'; hash: 'a' | 'b' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('bind' as const, 'approve' as const, 'wait' as const, 'report' as const, 'undo' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      when: fc.constantFrom('now' as const, 'an hour ago' as const, 'tomorrow' as const),
      amount: fc.constantFrom('1.00' as const, '1.00' as const, '0.50' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      finding: fc.constantFrom(...VERDICTS, 'liquidated now' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), reason: fc.constantFrom('r1', 'r2') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pay out' as const), hash: fc.constantFrom('a' as const, 'b' as const) }),
  },
);

async function take(id: string, each: Step, claimId: string | null): Promise<string | null> {
  const now = t.clock.now();
  switch (each.do) {
    case 'bind':
      await t.bind(id, newOrdId());
      return claimId;
    case 'report':
      await t.call('POST', `/api/purchase-orders/${id}/report-payment`, { body: {} });
      return claimId;
    case 'undo':
      // Whatever rests on the premium, the record stays; where nothing does, the order is unpaid again.
      await t.admin(`/admin/purchase-orders/${id}/undo-paid`, { reason: 'a mistake' });
      return claimId;
    case 'wait':
      t.clock.advance(HOUR_MS);
      return claimId;
    case 'pay': {
      const paidAt = each.when === 'now' ? now : each.when === 'tomorrow' ? now + DAY_MS : now - HOUR_MS;
      await t.markPaid(id, { premiumAmountUsdc: each.amount, paidAt: formatIso(paidAt) });
      return claimId;
    }
    case 'claim': {
      const paidAt = Date.parse((await t.readOrder(id)).paid_at ?? formatIso(now));
      const findings = {
        'liquidated now': liquidated(now - 1),
        'liquidated before paying': liquidated(paidAt - 1),
        'liquidated in the future': liquidated(now + HOUR_MS),
        closed: verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'),
        'still open': verdict('STILL_OPEN', null),
      };
      // A finding that contradicts itself is asked again: the second answer is clear.
      let asked = 0;
      t.verifier.script(() => ((asked += 1) === 1 ? findings[each.finding] : findings['still open']));
      const { body } = await t.claim(id);
      return body.claimId ?? claimId;
    }
    case 'approve':
      if (claimId !== null) await t.admin(`/admin/claims/${claimId}/approve`);
      return claimId;
    case 'reject':
      if (claimId !== null) await t.admin(`/admin/claims/${claimId}/reject`, { reason: each.reason });
      return claimId;
    case 'pay out':
      if (claimId !== null)
        await t.admin(`/admin/claims/${claimId}/mark-paid`, {
          multisigTxHash: TX[each.hash],
          paidAtSec: Math.floor(now / 1000),
        });
      return claimId;
  }
}

test('no sequence of calls pays without payment before the liquidation, a proof and an approval; none pays twice', async () => {
  let paidOut = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), fc.boolean(), async (steps, straight) => {
      const now = t.clock.now();
      const id = await t.order({
        coverageStartAt: formatIso(now - 2 * HOUR_MS),
        coverageEndAt: formatIso(now + 20 * HOUR_MS),
      });
      // Half of the sequences begin on the way that most orders take, so that the far end is reached too.
      const begin: Step[] = straight
        ? [
            { do: 'bind' },
            { do: 'pay', when: 'now', amount: '1.00' },
            { do: 'wait' },
            { do: 'claim', finding: 'liquidated now' },
            { do: 'approve' },
          ]
        : [];
      let claimId: string | null = null;
      for (const each of [...begin, ...steps]) claimId = await take(id, each, claimId);

      const order = await t.readOrder(id);
      if (claimId !== null) {
        const claim = await t.readClaim(claimId);
        const actions = claim.audit.map((row) => row.action);
        assert.ok(order.paid_at !== null && order.refund_reason === null, 'a claim needs a payment that buys cover');
        if (claim.status === 'PAID') {
          paidOut += 1;
          assert.ok(
            claim.liquidation_time_ms !== null &&
              Date.parse(order.paid_at) <= claim.liquidation_time_ms &&
              claim.liquidation_time_ms <= t.clock.now(),
          );
          assert.equal(claim.verdict, 'LIQUIDATED');
          assert.equal(claim.payout_amount_usdc, '7.526867');
          assert.equal(actions.filter((action) => action === 'mark_paid').length, 1);
          assert.ok(actions.indexOf('approve') >= 0 && actions.indexOf('approve') < actions.indexOf('mark_paid'));
          assert.ok(actions.lastIndexOf('verify') < actions.indexOf('approve'));
        }
        // Decisions are not undone: every step begins where the one before ended.
        let at: string | null = null;
        for (const row of claim.audit) {
          assert.equal(row.from, at);
          at = row.to;
        }
        assert.equal(claim.status, at);
        assert.equal(claim.claimant, CLAIMANT);
      }
      // The list finds the order under its status, and under no other: the rule in SQL is the rule of the domain.
      for (const status of PURCHASE_ORDER_STATUSES) {
        const { body } = await t.call<{ items: { id: string; status: string }[] }>(
          'GET',
          `/admin/purchase-orders?limit=200&status=${status}`,
          { headers: { 'x-admin-key': ADMIN_KEY } },
        );
        assert.ok(body.items.every((item) => item.status === status));
        if (body.items.length < 200)
          assert.equal(
            body.items.some((item) => item.id === id),
            order.status === status,
          );
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(paidOut > 3, `only ${paidOut} sequences reached a payout: the property says little`);
});
