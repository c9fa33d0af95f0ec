import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN_KEY, CLAIMANT, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

const headers = { 'x-admin-key': ADMIN_KEY };
let t: TestBackend;
before(async () => {
  t = await testBackend();
});
after(() => t.close());

type Line = Record<string, string>;
async function read(from: string, to: string, timeZone: string): Promise<Line[]> {
  const answer = await fetch(`${t.url}/admin/accounting?${new URLSearchParams({ from, to, timeZone }).toString()}`, {
    headers,
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
  // What spreadsheets read the encoding off is dropped by text(): it is looked for in the bytes.
  assert.deepEqual([...new Uint8Array(await answer.clone().arrayBuffer()).subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const [head = '', ...lines] = (await answer.text()).trimEnd().split('\r\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
      quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
    );
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

/** A premium that came at this instant. */
async function premiumAt(iso: string, more: Record<string, unknown> = {}): Promise<string> {
  t.clock.set(Date.parse(iso) - HOUR_MS);
  const id = await t.order();
  await t.bind(id);
  t.clock.set(Date.parse(iso) + HOUR_MS);
  const { status, body } = await t.markPaid(id, { paidAt: iso, ...more });
  assert.equal(status, 200, JSON.stringify(body));
  return id;
}

test(`a premium is booked on the day it has in the time zone, at midnight on the day that begins (${engine})`, async () => {
  const last = await premiumAt('2026-06-10T15:59:59.999Z');
  const first = await premiumAt('2026-06-10T16:00:00.000Z');
  const idsOf = async (day: string, zone: string): Promise<string[]> =>
    (await read(day, day, zone)).map((line) => line['purchase_order_id'] ?? '');
  assert.deepEqual(await idsOf('2026-06-10', 'Asia/Shanghai'), [last]);
  assert.deepEqual(await idsOf('2026-06-11', 'Asia/Shanghai'), [first]);
  assert.deepEqual(await idsOf('2026-06-10', 'UTC'), [last, first]);
  assert.deepEqual(await idsOf('2026-06-11', 'UTC'), []);
  const [line] = await read('2026-06-11', '2026-06-11', 'Asia/Shanghai');
  assert.deepEqual(
    [
      line?.['day'],
      line?.['time'],
      line?.['utc_offset'],
      line?.['utc'],
      line?.['kind'],
      line?.['received_usdc'],
      line?.['paid_out_usdc'],
    ],
    ['2026-06-11', '00:00:00', 'UTC+08:00', '2026-06-10T16:00:00.000Z', 'premium', '1.00', ''],
  );
});

test(`the day on which clocks go back has 25 hours, and none of them twice (${engine})`, async () => {
  const zone = 'America/New_York';
  const times = [
    '2026-11-01T03:59:59Z',
    '2026-11-01T04:00:00Z',
    '2026-11-01T05:30:00Z',
    '2026-11-01T06:30:00Z',
    '2026-11-02T04:59:59Z',
    '2026-11-02T05:00:00Z',
  ];
  for (const at of times) await premiumAt(at);
  const seen = async (day: string): Promise<string[]> =>
    (await read(day, day, zone)).map((line) => `${line['time']} ${line['utc_offset']}`);
  assert.deepEqual(await seen('2026-10-31'), ['23:59:59 UTC-04:00']);
  assert.deepEqual(await seen('2026-11-01'), [
    '00:00:00 UTC-04:00',
    '01:30:00 UTC-04:00',
    '01:30:00 UTC-05:00',
    '23:59:59 UTC-05:00',
  ]);
  assert.deepEqual(await seen('2026-11-02'), ['00:00:00 UTC-05:00']);
  const all = await read('2026-10-31', '2026-11-02', zone);
  assert.equal(new Set(all.map((line) => line['purchase_order_id'])).size, times.length);
});

test(`what came and what went add up: premiums, a second payment, a claim, a refund, an excess (${engine})`, async () => {
  t.clock.set(Date.parse('2026-12-05T10:00:00Z'));
  const now = t.clock.now();
  const id = await t.order({ coverageStartAt: formatIso(now - 1000), payoutAddress: CLAIMANT });
  await t.bind(id);
  await t.markPaid(id, { premiumAmountUsdc: '1.50', txHash: `0x${'a'.repeat(64)}` });
  await t.markPaid(id, { premiumAmountUsdc: '2', txHash: `0x${'b'.repeat(64)}` });
  const unbound = await t.order({ payoutAddress: CLAIMANT });
  await t.markPaid(unbound);
  t.verifier.script(() => liquidated(t.clock.now() - 1, '5'));
  const { claimId } = (await t.claim(id)).body;
  await t.admin(`/admin/claims/${claimId}/approve`);
  const { body } = await t.call<{ items: { id: string; kind: string }[] }>(
    'GET',
    '/admin/payouts?status=DUE&limit=200',
    { headers },
  );
  for (const payout of body.items.filter(({ kind }) => kind !== 'claim'))
    await t.admin(`/admin/payouts/${payout.id}/approve`);
  for (const payout of body.items) {
    const paid = await t.admin(`/admin/payouts/${payout.id}/mark-paid`, { txHash: `0x${'c'.repeat(64)}` });
    assert.equal(paid.status, 200, JSON.stringify(paid.body));
  }
  const lines = await read('2026-12-05', '2026-12-05', 'UTC');
  assert.deepEqual(
    lines.map((line) => [line['kind'], line['received_usdc'], line['paid_out_usdc']].join(' ')).toSorted(),
    [
      'claim  5.00',
      'excess  0.50',
      'excess  2.00',
      'premium 1.00 ',
      'premium 1.50 ',
      'refund  1.00',
      'second_payment 2.00 ',
    ],
  );
  assert.equal(lines.find((line) => line['kind'] === 'refund')?.['refund_reason'], 'PAID_BEFORE_BINDING');
  assert.equal(lines.find((line) => line['kind'] === 'claim')?.['claim_id'], claimId);
  assert.equal(lines.find((line) => line['kind'] === 'claim')?.['tx_hash'], `0x${'c'.repeat(64)}`);
});

test(`a note that would be a formula is none in the file, and a name stands beside its address (${engine})`, async () => {
  await t.call('PUT', `/admin/addresses/${CLAIMANT}`, { headers, body: { name: '@SUM(1+1)' } });
  await premiumAt('2027-01-15T12:00:00Z', { note: '=HYPERLINK("http://evil","x"),1', payer: CLAIMANT });
  const [line] = await read('2027-01-15', '2027-01-15', 'UTC');
  assert.deepEqual(
    [line?.['note'], line?.['address'], line?.['address_name']],
    [`'=HYPERLINK("http://evil","x"),1`, CLAIMANT, `'@SUM(1+1)`],
  );
});

test(`days and zones that are none are refused, and so is more than a year (${engine})`, async () => {
  const ask = async (query: string): Promise<number> =>
    (await t.call('GET', `/admin/accounting?${query}`, { headers })).status;
  for (const query of [
    'from=2026-02-30&to=2026-03-01&timeZone=UTC',
    'from=2026-03-02&to=2026-03-01&timeZone=UTC',
    'from=2026-03-01&to=2026-03-01&timeZone=Mars',
    'from=2026-03-01&to=2026-03-01',
    'from=2025-01-01&to=2026-01-02&timeZone=UTC',
  ])
    assert.equal(await ask(query), 400, query);
  assert.equal((await read('2025-01-01', '2026-01-01', 'Asia/Shanghai')).length, 0, 'a whole year, and nothing in it');
  const { status } = await t.call('GET', '/admin/accounting?from=2026-03-01&to=2026-03-01&timeZone=UTC');
  assert.equal(status, 401);
});
