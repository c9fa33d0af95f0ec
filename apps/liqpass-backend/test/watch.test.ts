import type { ObservedPosition } from '@liqpass/api/observe';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { PositionSnapshot } from '@liqpass/api/verify';
import type { WatchAnswer } from '@liqpass/api/watch';
import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { takeDueWatches } from '../src/db/watch/watchesRepo.ts';
import { CLOSING_AFTER_MS, FARTHEST_MS } from '../src/domain/watch/nextLook.ts';
import { reachedSince } from '../src/services/book/market.ts';
import { bringLooksForward } from '../src/services/watch/danger.ts';
import { buildNotices } from '../src/services/watch/notice.ts';
import { buildLookout } from '../src/services/watch/lookout.ts';
import { bindWith, order, refusal, register, SEALED, snapshotTaken } from './attested.ts';
import { ADMIN_KEY, newOrdId } from './harness.ts';
import { liquidated, verdict, type Scripted } from './scriptedVerifier.ts';
import { BTC, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

const OPEN: ObservedPosition = {
  pos: '1',
  margin: '200',
  lever: '5',
  avgPx: '100000',
  liqPx: null,
  markPx: null,
  ccy: 'USDT',
};

type Scene = {
  readonly app: Shop;
  readonly person: SignedIn;
  readonly id: string;
  readonly liqPx: number;
  /** Questions of the watch to the exchange. */
  readonly observed: { posId: string; cTime: string; since: string; credential: string }[];
  /** What the exchange shows from now on. */
  readonly show: (answer: () => Scripted) => void;
  readonly consent: (on: boolean, files?: boolean) => Promise<WatchAnswer>;
  readonly read: () => Promise<WatchAnswer>;
  /** Looks as the job does, until nothing is due any more. */
  readonly tick: () => Promise<void>;
};

const seen = (app: Shop, more: Record<string, unknown> = {}): Scripted => ({
  body: {
    state: 'open',
    position: OPEN,
    marginTransfers: [],
    seenAtMs: app.clock.now(),
    evidence: { root: `0x${'cd'.repeat(32)}`, leaves: [], exchanges: [] },
    ...more,
  },
});

/** An order bound with a key and paid, its cover running. The backend answers requests alone: a test looks when it says so. */
async function covered(t: TestContext): Promise<Scene> {
  const app = await testShop(t, { verdictWaitMs: 300, role: 'web' });
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  const ordId = newOrdId();
  const liqPx = Math.round((app.market.marks.get(BTC)?.mark ?? 0) * 0.8);
  app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, String(liqPx), { ordId })));
  assert.equal((await bindWith(person, id, ordId, credentialId)).status, 200);
  assert.equal((await app.markPaid(id)).body.status, 'SCHEDULED');
  app.clock.advance(11 * MINUTE_MS);
  const observed: Scene['observed'] = [];
  const show: Scene['show'] = (answer) =>
    app.verifier.route('POST /observe', (body) => {
      observed.push(body as Scene['observed'][number]);
      return answer();
    });
  show(() => seen(app));
  const lookout = buildLookout(app.backend.ctx);
  const path = `/api/purchase-orders/${id}/watch`;
  return {
    app,
    person,
    id,
    liqPx,
    observed,
    show,
    consent: async (on, files = true) =>
      (await person.call<WatchAnswer>('PUT', path, { on, files_claims: files })).body,
    read: async () => (await person.call<WatchAnswer>('GET', path)).body,
    async tick() {
      await lookout.takeUpDue();
      await lookout.idle();
    },
  };
}
const gone = (app: Shop): Scripted => seen(app, { state: 'absent', position: null });
const claimsOf = (app: Shop, id: string) =>
  app.backend.ctx.db.selectFrom('insurance_claims').selectAll().where('purchase_order_id', '=', id).execute();

test(`what is not switched on asks nothing of the exchange, and is not there (${engine})`, async (t) => {
  const { app, observed, read, tick, consent } = await covered(t);
  assert.deepEqual([(await read()).state, (await read()).available], ['off', true]);
  app.clock.advance(2 * HOUR_MS);
  await tick();
  assert.equal(observed.length, 0);
  assert.equal((await consent(false)).state, 'off');
  assert.equal((await app.backend.ctx.db.selectFrom('watches').selectAll().execute()).length, 0);
});

test(`switched on, the position is looked at with the key it was bound with; switched off, no more (${engine})`, async (t) => {
  const { app, id, observed, read, tick, consent } = await covered(t);
  assert.equal((await consent(true)).state, 'waiting');
  await tick();
  assert.equal(observed.length, 1);
  assert.equal(observed[0]?.credential, SEALED);
  const watching = await read();
  assert.deepEqual([watching.state, watching.position?.pos, watching.intervals.length], ['watching', '1', 1]);
  assert.equal(Date.parse(watching.next_look_at ?? '') - Date.parse(watching.last_look_at ?? '') <= FARTHEST_MS, true);
  await tick();
  assert.equal(observed.length, 1, 'it is not due again yet');
  app.clock.advance(FARTHEST_MS);
  await tick();
  assert.equal(observed.length, 2);
  const [interval, ...more] = (await read()).intervals;
  assert.equal(more.length, 0, 'one interval goes on');
  assert.ok(Date.parse(interval?.until ?? '') - Date.parse(interval?.from ?? '') >= FARTHEST_MS);
  assert.deepEqual([(await consent(false)).state, (await read()).next_look_at], ['off', null]);
  app.clock.advance(2 * FARTHEST_MS);
  await tick();
  assert.equal(observed.length, 2);
  const audit = await app.backend.ctx.db
    .selectFrom('audit_log')
    .select(['actor', 'action', 'details'])
    .where('subject_id', '=', id)
    .where('action', 'in', ['watch_on', 'watch_off'])
    .orderBy('id')
    .execute();
  assert.deepEqual(
    audit.map(({ action, details }) => [action, details]),
    [
      ['watch_on', { filesClaims: true }],
      ['watch_off', { filesClaims: false }],
    ],
  );
});

test(`another position bound while unpaid is the one that is watched, also after the first one lapsed (${engine})`, async (t) => {
  const app = await testShop(t, { verdictWaitMs: 300, role: 'web' });
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  const mark = app.market.marks.get(BTC)?.mark ?? 0;
  const bind = async (liqPx: number, more: Partial<PositionSnapshot>): Promise<void> => {
    const ordId = newOrdId();
    app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, String(liqPx), { ordId, ...more })));
    const bound = await bindWith(person, id, ordId, credentialId);
    assert.equal(bound.status, 200, JSON.stringify(bound.body));
  };
  const looked = async () => {
    const lookout = buildLookout(app.backend.ctx);
    await lookout.takeUpDue();
    await lookout.idle();
    return app.backend.ctx.db.selectFrom('watches').selectAll().executeTakeFirstOrThrow();
  };
  const [first, second] = [Math.round(mark * 0.8), Math.round(mark * 0.75)];
  await bind(first, {});
  await person.call('PUT', `/api/purchase-orders/${id}/watch`, { on: true, files_claims: true });
  app.clock.advance(31 * MINUTE_MS);
  assert.equal((await looked()).ended_as, 'NOT_COVERED');
  await app.feed();
  await bind(second, { posId: '999', cTime: String(app.clock.now() - HOUR_MS) });
  const watch = await looked();
  assert.deepEqual([watch.ended_as, Number(watch.liq_px), watch.is_on], [null, second, true]);
  assert.notEqual(watch.next_look_at, null);
});

test(`a liquidation that was seen is claimed once, by the watch, with two at work and the first killed between seeing and filing (${engine})`, async (t) => {
  const { app, id, observed, read, tick, consent, show } = await covered(t);
  await consent(true);
  await tick();
  app.clock.advance(FARTHEST_MS);
  const atMs = app.clock.now() - SECOND_MS;
  show(() => gone(app));
  app.verifier.script(() => liquidated(atMs));
  // Taken by a process that is killed then: nothing is left of it but that.
  const { db } = app.backend.ctx;
  const nowMs = app.clock.now();
  const killed = await takeDueWatches(db, '00000000-0000-4000-8000-000000000001', nowMs, nowMs + 20 * SECOND_MS, 10);
  assert.equal(killed.length, 1);
  await tick();
  assert.equal(observed.length, 1, 'it has it to itself for a while');
  app.clock.advance(21 * SECOND_MS);
  const [one, two] = [buildLookout(app.backend.ctx), buildLookout(app.backend.ctx)];
  await Promise.all([one.takeUpDue(), two.takeUpDue()]);
  await Promise.all([one.idle(), two.idle()]);
  assert.equal(observed.length, 2, 'one of them looked');
  const claims = await claimsOf(app, id);
  assert.equal(claims.length, 1);
  const filed = await db
    .selectFrom('audit_log')
    .select(['actor', 'action'])
    .where('subject_id', '=', claims[0]?.id ?? '')
    .where('action', '=', 'file')
    .execute();
  assert.deepEqual(filed, [{ actor: 'watch', action: 'file' }]);
  await app.until(
    () => claimsOf(app, id),
    (rows) => rows[0]?.status === 'VERIFIED_PENDING_REVIEW',
  );
  const after = await read();
  assert.deepEqual([after.state, after.ended_as, after.next_look_at], ['ended', 'CLAIMED', null]);
  assert.deepEqual(
    after.evidence.map(({ kind, verdict: found }) => [kind, found]),
    [['GONE', 'LIQUIDATED']],
  );
});

test('without consent, or with consent taken back between the touch and the filing, nothing is filed, and it is told', async (t) => {
  const { app, id, read, tick, consent, show, person } = await covered(t);
  await consent(true);
  show(() => gone(app));
  app.verifier.script(() => {
    // While the proof is on its way the trader changes their mind.
    void person.call('PUT', `/api/purchase-orders/${id}/watch`, { on: true, files_claims: false });
    return { ...liquidated(app.clock.now() - 1), delayMs: 400 };
  });
  await tick();
  assert.equal((await claimsOf(app, id)).length, 0);
  assert.deepEqual([(await read()).ended_as, (await read()).evidence.length], ['LIQUIDATED', 1]);
});

test('a position that was closed is over, and nothing is rejected that was not claimed', async (t) => {
  const { app, id, read, tick, consent, show } = await covered(t);
  await consent(true);
  show(() => gone(app));
  app.verifier.script(() => verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'));
  await tick();
  const after = await read();
  assert.deepEqual([after.ended_as, after.evidence[0]?.reason], ['CLOSED', 'CLOSED_NORMALLY']);
  assert.equal((await claimsOf(app, id)).length, 0);
});

test(`gone with nothing published yet, it is looked at again after 5, 15, 45 seconds; an error is never absence (${engine})`, async (t) => {
  const { app, id, read, tick, consent, show, observed } = await covered(t);
  await consent(true);
  await tick();
  app.clock.advance(FARTHEST_MS);
  show(() => gone(app));
  app.verifier.script(() => verdict('INCONCLUSIVE', 'EVIDENCE_INCOMPLETE'));
  const waits: number[] = [];
  for (let times = 0; times < 4; times += 1) {
    await tick();
    const { last_look_at: last, next_look_at: next } = await read();
    const waitMs = Date.parse(next ?? '') - Date.parse(last ?? '');
    waits.push(Math.round(waitMs / SECOND_MS));
    app.clock.advance(waitMs + SECOND_MS);
  }
  assert.deepEqual(waits, [5, 15, 45, 45]);
  const asked = observed.length;
  show(() => refusal(503, 'SERVICE_UNAVAILABLE'));
  await tick();
  assert.equal(observed.length, asked + 1);
  const blind = await read();
  assert.deepEqual([blind.state, blind.blind?.code, blind.ended_as], ['blind', 'VERIFIER_UNAVAILABLE', null]);
  assert.equal((await claimsOf(app, id)).length, 0);
  // Back: what lies between is not said to have been watched.
  app.clock.advance(MINUTE_MS);
  show(() => seen(app));
  await tick();
  const back = await read();
  assert.deepEqual([back.state, back.intervals.length], ['watching', 2]);
});

test('what its holder changes is kept once, with moment and amount, for trader and reviewer', async (t) => {
  const { app, id, read, tick, consent, show } = await covered(t);
  await consent(true);
  await tick();
  const takenMs = app.clock.now() + MINUTE_MS;
  const transfers = [{ billId: '77', timeMs: takenMs, amount: '-12.5', ccy: 'USDT' }];
  show(() => seen(app, { marginTransfers: transfers, position: { ...OPEN, lever: '10', pos: '3' } }));
  for (const _ of [1, 2]) {
    app.clock.advance(FARTHEST_MS);
    await tick();
  }
  const { changes } = await read();
  assert.deepEqual(
    changes
      .map(({ kind, before, after, amount }) => [kind, before, after, amount])
      .toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['LEVERAGE_CHANGED', '5', '10', null],
      ['MARGIN_REMOVED', null, null, '12.5'],
      ['SIZE_ADDED', '1', '3', null],
    ],
  );
  assert.equal(changes.find(({ kind }) => kind === 'MARGIN_REMOVED')?.at, formatIso(takenMs));
  const review = await app.call<WatchAnswer>('GET', `/admin/purchase-orders/${id}/watch`, {
    headers: { 'x-admin-key': ADMIN_KEY },
  });
  assert.deepEqual(review.body.changes, changes);
});

test(`what the holder changed while the bills could not be read is asked for once they can be (${engine})`, async (t) => {
  const { app, read, tick, consent, show, observed } = await covered(t);
  await consent(true);
  await tick();
  const knownMs = app.clock.now();
  app.clock.advance(FARTHEST_MS);
  show(() => seen(app, { marginTransfers: null }));
  await tick();
  const unread = await read();
  assert.equal(unread.state, 'watching');
  assert.ok(Date.parse(unread.next_look_at ?? '') <= app.clock.now() + MINUTE_MS, 'not put off for half an hour');
  // And then nothing answers at all for two hours.
  show(() => ({ status: 503, body: { error: 'SERVICE_UNAVAILABLE', message: 'no', requestId: 'x' } }));
  for (let minutes = 0; minutes < 120; minutes += 5) {
    app.clock.advance(5 * MINUTE_MS);
    await tick();
  }
  const bill = { billId: '77', timeMs: knownMs + 5 * MINUTE_MS, amount: '-20', ccy: 'USDT' };
  show(() => seen(app, { marginTransfers: [bill] }));
  app.clock.advance(MINUTE_MS);
  await tick();
  assert.ok(Date.parse(observed.at(-1)?.since ?? '') <= bill.timeMs, `asked since ${observed.at(-1)?.since}`);
  assert.deepEqual(
    (await read()).changes.map(({ kind, amount }) => [kind, amount]),
    [['MARGIN_REMOVED', '20']],
  );
  app.clock.advance(FARTHEST_MS);
  await tick();
  assert.ok(Date.parse(observed.at(-1)?.since ?? '') > knownMs + HOUR_MS, 'what is known is not asked for again');
});

test('a key that the exchange refuses blinds the watch, since when is told; a key that its owner deletes ends it', async (t) => {
  const { app, read, tick, consent, show, person, observed } = await covered(t);
  await consent(true);
  show(() => refusal(422, 'KEY_EXPIRED_OR_BLOCKED'));
  await tick();
  const first = await read();
  assert.deepEqual([first.state, first.blind?.code], ['blind', 'KEY_EXPIRED_OR_BLOCKED']);
  app.clock.advance(5 * MINUTE_MS + SECOND_MS);
  await tick();
  assert.equal((await read()).blind?.since, first.blind?.since);
  const [key] = (await person.call<{ items: { id: string }[] }>('GET', '/api/okx-credentials')).body.items;
  await person.call('DELETE', `/api/okx-credentials/${key?.id ?? ''}`);
  app.clock.advance(6 * MINUTE_MS);
  const asked = observed.length;
  await tick();
  assert.equal(observed.length, asked);
  assert.deepEqual([(await read()).ended_as, (await read()).available], ['KEY_GONE', false]);
});

test(`a market that falls to the liquidation price brings the look forward, once while it stays there (${engine})`, async (t) => {
  const { app, tick, consent, observed, liqPx, read } = await covered(t);
  await app.feed();
  await consent(true);
  await tick();
  const { ctx } = app.backend;
  app.clock.advance(15 * SECOND_MS);
  assert.equal(await bringLooksForward(ctx), 0, 'a calm market brings nothing forward');
  const calm = app.market.marks.get(BTC);
  assert.ok(calm);
  app.market.marks.set(BTC, { ...calm, mark: liqPx - 1, index: liqPx - 1 });
  app.clock.advance(15 * SECOND_MS);
  await app.feed();
  await tick();
  assert.equal(observed.length, 2, 'looked at as soon as the mark was read');
  assert.equal((await read()).state, 'watching');
  await tick();
  assert.equal(observed.length, 2, 'it was survived: fifteen seconds until the next');
  app.clock.advance(16 * SECOND_MS);
  await tick();
  assert.equal(observed.length, 3);
});

test(`a price that touched the liquidation price between two readings brings the look forward too, once (${engine})`, async (t) => {
  const { app, tick, consent, observed, liqPx } = await covered(t);
  await app.feed();
  await consent(true);
  await tick();
  const hours = app.market.candles.get(BTC) ?? [];
  const running = hours.at(-1);
  assert.ok(running);
  // The mark is back where it was; only the running hour has a longer wick.
  hours[hours.length - 1] = { ...running, low: liqPx - 1 };
  app.clock.advance(MINUTE_MS + SECOND_MS);
  await app.feed();
  await tick();
  assert.equal(observed.length, 2);
  await tick();
  app.clock.advance(16 * SECOND_MS);
  await app.feed();
  assert.equal(await bringLooksForward(app.backend.ctx), 0, 'the same wick is no other touch');
});

test('what an hour grew by is what the price reached unread', () => {
  const hour = (timeMs: number, low: number, high: number) => ({ timeMs, open: 100, high, low, close: 100 });
  const known = [hour(HOUR_MS, 99, 101), hour(2 * HOUR_MS, 99, 101)];
  assert.equal(reachedSince([], known), null, 'nothing was known before');
  assert.equal(reachedSince(known, known.slice(1)), null);
  assert.equal(reachedSince(known, [hour(0, 1, 900)]), null, 'an older hour that is filled in is past');
  assert.deepEqual(reachedSince(known, [hour(2 * HOUR_MS, 90, 101)]), { low: 90, high: -Infinity });
  assert.deepEqual(reachedSince(known, [hour(2 * HOUR_MS, 99, 110), hour(3 * HOUR_MS, 95, 103)]), {
    low: 95,
    high: 110,
  });
});

test('ten minutes after the window there is the closing look, and its evidence is kept', async (t) => {
  const { app, id, tick, consent, read, observed } = await covered(t);
  await consent(true);
  await tick();
  app.clock.advance(DAY_MS);
  app.verifier.script(() => verdict('STILL_OPEN', 'STILL_OPEN'));
  await tick();
  const asked = observed.length;
  app.clock.advance(CLOSING_AFTER_MS + FARTHEST_MS);
  await tick();
  assert.equal(observed.length, asked, 'the whole proof is asked for, not a glance');
  const after = await read();
  assert.deepEqual([after.ended_as, after.evidence.map(({ kind }) => kind)], ['WINDOW_OVER', ['CLOSING']]);
  assert.equal((await claimsOf(app, id)).length, 0);
});

test('only the owner of the key lends it, and only a binding that was seen with one is watched', async (t) => {
  const { app, id, person } = await covered(t);
  const stranger = await signInWith(app);
  const body = { on: true, files_claims: true };
  const refused = await stranger.call<ErrorAnswer>('PUT', `/api/purchase-orders/${id}/watch`, body);
  assert.deepEqual([refused.status, refused.body.error], [403, 'NOT_THE_OWNER']);
  const unattested = await order(person);
  await app.bind(unattested);
  const answer = await person.call<ErrorAnswer>('PUT', `/api/purchase-orders/${unattested}/watch`, body);
  assert.deepEqual([answer.status, answer.body.error], [409, 'WATCH_NEEDS_KEY']);
});

test('what the watch sees is told at once: a part liquidated, a dead key, the market near, and again only after a quarter of an hour', async (t) => {
  const { app, id, tick, consent, show, person, liqPx, read } = await covered(t);
  const { ctx } = app.backend;
  const body = { kind: 'json', address: 'https://robot.example.com/x', locale: 'en' };
  assert.equal((await person.call('POST', '/api/channels', body)).status, 201);
  const told = async (): Promise<string[]> =>
    (await ctx.db.selectFrom('outbox').select('event').where('purchase_order_id', '=', id).orderBy('at').execute())
      .map(({ event }) => event)
      .toSorted();
  await consent(true);
  await tick();
  app.clock.advance(FARTHEST_MS);
  app.verifier.script(() => {
    const whole = liquidated(app.clock.now() - SECOND_MS);
    return 'body' in whole ? { body: { ...(whole.body as object), verdict: 'PARTIALLY_LIQUIDATED' } } : whole;
  });
  show(() => seen(app, { position: { ...OPEN, pos: '0.5' } }));
  await tick();
  assert.deepEqual(await told(), ['PARTLY_LIQUIDATED', 'POSITION_CHANGED']);
  assert.deepEqual(
    (await read()).evidence.map(({ kind, verdict: found }) => [kind, found]),
    [['PARTIAL', 'PARTIALLY_LIQUIDATED']],
  );
  assert.equal((await claimsOf(app, id)).length, 0, 'a cover has one claim: the trader says when');
  const near = async (px: number): Promise<void> => {
    const calm = app.market.marks.get(BTC);
    assert.ok(calm);
    app.market.marks.set(BTC, { ...calm, mark: px, index: px });
    await app.feed();
    await Promise.all([buildNotices(ctx).notice(), buildNotices(ctx).notice()]);
  };
  await near(Math.round(liqPx * 1.02));
  assert.equal((await told()).filter((event) => event === 'NEAR').length, 1, 'two processes at once tell it once');
  app.clock.advance(14 * MINUTE_MS);
  await near(Math.round(liqPx * 1.02) + 1);
  const levels = (await told()).filter((event) => event === 'NEAR').length;
  app.clock.advance(2 * MINUTE_MS);
  await near(Math.round(liqPx * 1.02) + 2);
  assert.ok((await told()).filter((event) => event === 'NEAR').length > levels);
  show(() => refusal(422, 'KEY_EXPIRED_OR_BLOCKED'));
  app.clock.advance(FARTHEST_MS);
  await tick();
  app.clock.advance(6 * MINUTE_MS);
  await tick();
  assert.equal((await told()).filter((event) => event === 'KEY_DEAD').length, 1);
});
