// npm run cluster: three backends and two workers on one PostgreSQL behind a plain TCP balancer. No job done twice, no lost update,
// rate limits and idempotency across them, one killed and started again. --seconds=20
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '../scripts/localPostgres.ts';
import { balancer } from './support/balancer.ts';
import { startBackendProcess, type BackendProcess } from './support/backendProcess.ts';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { compareWithAcknowledged, withDatabase } from './support/checkDatabase.ts';
import { doStep, newPolicy, requestOf, type Policy } from './support/closedLoop.ts';
import { httpConnection, type HttpAnswer } from './support/httpConnection.ts';
import { persistentLoad } from './support/persistentLoad.ts';
import { keepResults, machine, settingNumber, table } from './support/report.ts';
import { standInVerifier } from './support/standInVerifier.ts';

const seconds = settingNumber('seconds', 20);
const WEB = 3;
const WORKERS = 2;
const LIMIT_A_MINUTE = 30;

type Line = { readonly what: string; readonly found: string; readonly ok: boolean };
const lines: Line[] = [];
const note = (what: string, found: string, ok: boolean): void => {
  lines.push({ what, found, ok });
  console.log(`${ok ? 'ok   ' : 'WRONG'} ${what}: ${found}`);
};
console.log(machine());

const verifier = await standInVerifier();
const postgres = await startPostgres({ durable: true });
const started: BackendProcess[] = [];
const start = async (role: string, env: Record<string, string> = {}): Promise<BackendProcess> => {
  const backend = await startBackendProcess({
    databaseUrl: postgres.url,
    verifierUrl: verifier.url,
    env: { ROLE: role, ...env },
  });
  started.push(backend);
  return backend;
};

/** The same request sent to each of several at once, over and over. */
async function atOnce(
  urls: readonly string[],
  policy: Policy,
  step: Parameters<typeof requestOf>[0],
  change: (index: number) => object,
): Promise<HttpAnswer[]> {
  const connections = urls.map((url) => httpConnection(url));
  try {
    return await Promise.all(
      connections.map((connection, index) => {
        const call = requestOf(step, policy);
        return connection.request({ ...call, body: { ...(call.body as object), ...change(index) } });
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
}
const count = (answers: readonly HttpAnswer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

async function idempotency(urls: readonly string[]): Promise<void> {
  const policies = Array.from({ length: 20 }, newPolicy);
  const ids = [];
  let other = 0;
  for (const policy of policies) {
    const answers = await atOnce(urls, policy, 'create', () => ({}));
    ids.push(new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.text)).size);
    // Whoever was not first finds the answer, or that the first is still under way.
    other += answers.filter(
      (answer) => answer.status !== 201 && !answer.text.includes('IDEMPOTENCY_KEY_IN_FLIGHT'),
    ).length;
  }
  note(
    'one Idempotency-Key at three backends at once, 20 times',
    `${ids.filter((each) => each === 1).length} orders`,
    ids.every((each) => each === 1) && other === 0,
  );
}

async function lostUpdates(urls: readonly string[], url: string): Promise<void> {
  const connection = httpConnection(url);
  let paidOnce = 0;
  let boundOnce = 0;
  const times = 20;
  for (let time = 0; time < times; time += 1) {
    const orders = await Promise.all(
      urls.map(async () => {
        const policy = newPolicy();
        const own = httpConnection(url);
        await doStep(own, 'create', policy);
        own.close();
        return policy;
      }),
    );
    const [first] = orders;
    if (!first) throw new Error('no order');
    // One OKX order, three purchase orders, three backends: one has it.
    const binds = await Promise.all(
      orders.map(
        async (policy, index) =>
          (await atOnce([urls[index] ?? url], { ...policy, ordId: first.ordId }, 'bind', () => ({})))[0],
      ),
    );
    if (binds.filter((answer) => answer?.status === 200).length === 1) boundOnce += 1;
    // One purchase order marked as paid with three transactions at three backends: the first stands.
    const answers = await atOnce(urls, first, 'mark paid', (index) => ({ txHash: orders[index]?.txHash }));
    const hashes = new Set(
      answers.map((answer) => (JSON.parse(answer.text) as { payment_tx_hash?: string }).payment_tx_hash),
    );
    if (count(answers, 200) === urls.length && hashes.size === 1) paidOnce += 1;
  }
  connection.close();
  note(
    'one OKX order bound at three backends at once, 20 times',
    `${boundOnce} times exactly one has it`,
    boundOnce === times,
  );
  note(
    'three payments of one order at three backends at once, 20 times',
    `${paidOnce} times the first stands, for all three`,
    paidOnce === times,
  );
}

async function loadWithAKill(
  url: string,
  web: readonly BackendProcess[],
  workers: readonly BackendProcess[],
): Promise<void> {
  const load = persistentLoad(url, { clients: 12 });
  const [victim] = web;
  const [worker] = workers;
  if (!victim || !worker) throw new Error('nobody to kill');
  await pause((seconds * 1000) / 3);
  await victim.kill();
  await pause(1_000);
  await victim.start();
  await pause((seconds * 1000) / 3);
  await worker.kill();
  await pause(1_000);
  await worker.start();
  await pause((seconds * 1000) / 3);
  const startedMs = Date.now();
  await load.finish(120_000);
  const cut = load.retried.get('cut off') ?? 0;
  const refused = [...load.retried].filter(([what]) => what !== 'cut off').reduce((sum, [, times]) => sum + times, 0);
  note(
    '12 clients while a backend and a worker are killed and started again',
    `${load.policies.length} policies in ${seconds} s, the last done ${Date.now() - startedMs} ms after; ${load.wrong.length} wrong answers ${load.wrong[0] ?? ''}`,
    load.wrong.length === 0,
  );
  note(
    'requests that failed',
    `${cut} cut off, all of them in flight at the backend that was killed (12 clients, a third of them there); ${refused} answered with 5xx`,
    cut <= 12 && refused === 0,
  );
  await withDatabase(postgres.url, async (pool) => {
    const wrong = [...(await compareWithAcknowledged(pool, load.policies)), ...(await brokenInvariants(pool))];
    note(
      'what was acknowledged is there, every invariant holds',
      wrong.length === 0 ? 'yes' : wrong.join('; '),
      wrong.length === 0,
    );
    const { rows } = await pool.query<{ twice: string; attempts: string; claims: string }>(
      `select count(*) filter (where attempts > 1) as twice, sum(attempts) as attempts, count(*) as claims from insurance_claims`,
    );
    const { twice = '', attempts = '', claims = '' } = rows[0] ?? {};
    // A worker that was killed leaves questions whose answer was never stored: those, and only those, are asked once more.
    note(
      'verifier asked, claims, attempts stored',
      `${verifier.asked}, ${claims}, ${attempts}; ${twice} claims have more than one`,
      twice === '0' && attempts === claims && verifier.asked - Number(claims) <= 48,
    );
  });
}

async function rateLimits(): Promise<void> {
  const limited = [];
  for (let index = 0; index < WEB; index += 1)
    limited.push(await start('web', { REQUESTS_PER_MINUTE: String(LIMIT_A_MINUTE) }));
  const connections = limited.map((each) => httpConnection(each.url));
  const answers: HttpAnswer[] = [];
  for (let round = 0; round < LIMIT_A_MINUTE; round += 1)
    for (const connection of connections)
      answers.push(await connection.request({ method: 'GET', path: '/api/products' }));
  for (const connection of connections) connection.close();
  await Promise.all(limited.map((each) => each.stop()));
  const through = answers.length - count(answers, 429);
  // From an eighth of the limit on each process counts in the database before it answers: the sum may pass by what was under way.
  note(
    `a limit of ${LIMIT_A_MINUTE} a minute, ${answers.length} requests over three backends`,
    `${through} let through, ${count(answers, 429)} answered 429`,
    count(answers, 429) > 0 && through <= LIMIT_A_MINUTE + 3 * WEB,
  );
}

try {
  const web = [await start('web')];
  for (let index = 1; index < WEB; index += 1) web.push(await start('web'));
  const workers = [];
  for (let index = 0; index < WORKERS; index += 1) workers.push(await start('worker'));
  const front = await balancer(web.map((each) => each.port));
  const urls = web.map((each) => each.url);
  await idempotency(urls);
  await lostUpdates(urls, front.url);
  await loadWithAKill(front.url, web, workers);
  await front.close();
  await Promise.all([...web, ...workers].map((each) => each.stop()));
  await rateLimits();
} catch (error) {
  note('the run', error instanceof Error ? (error.stack ?? error.message) : String(error), false);
} finally {
  await Promise.all(started.map((each) => each.kill()));
  await verifier.close();
  await postgres.remove();
}
console.log(
  `\n${table(
    ['tried', 'found', ''],
    lines.map((line) => [line.what, line.found, line.ok ? 'as it should be' : 'WRONG']),
  )}`,
);
console.log(`\nkept in ${keepResults('cluster', { lines })}`);
process.exit(lines.every((line) => line.ok) ? 0 : 1);
