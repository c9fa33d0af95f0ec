// What the product is measured beside: the smallest correct server for the closed loop, on Fastify and pg. Every write is one guarded
// statement, the claim is durable before the verifier is asked and nothing is asked inside a transaction, an OKX order, a claim and a
// payout are unique, a page is read by an index. It has no audit trail, no jobs and no keys of idempotency: what the product owes beyond
// this is what its ratios to it show. Environment as the product's; --migrate makes its tables.
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { Agent, request as ask } from 'node:http';
import pg from 'pg';

const { DATABASE_URL, JP_VERIFY_BASE_URL = '', INTERNAL_API_KEY = '', ADMIN_API_KEY = '', PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
// A dropped idle connection would end the process.
pool.on('error', () => undefined);

const TABLES = `
  create table y_orders (id bigint generated always as identity primary key, policy_type text not null, chain_id int not null,
    premium numeric(38,6) not null, payout_fixed numeric(38,6) not null, payout_cap numeric(38,6) not null, cov_start timestamptz not null,
    cov_end timestamptz not null, ord_id text unique, inst_id text, paid_at timestamptz, created_at timestamptz not null default now());
  create table y_claims (id bigint generated always as identity primary key, order_id bigint not null unique references y_orders (id),
    status text not null, reason text, claimant text not null, evidence_root text, evidence jsonb, liq_ms bigint, payout numeric(38,6),
    tx_hash text unique, approved_at timestamptz, paid_at timestamptz, created_at timestamptz not null default now(),
    updated_at timestamptz not null default now());
  create index y_claims_status_id on y_claims (status, id)`;
if (process.argv.includes('--migrate')) {
  await pool.query(TABLES);
  await pool.end();
  process.exit(0);
}

type Row = Record<string, string | Date | null>;
const statement =
  (name: string, text: string) =>
  async (...values: unknown[]): Promise<Row[]> =>
    (await pool.query<Row>({ name, text, values })).rows;
const create = statement('create', 'insert into y_orders (policy_type, chain_id, premium, payout_fixed, payout_cap, cov_start, cov_end) values ($1, $2, $3, $4, $5, $6, $7) returning id'); // prettier-ignore
const bind = statement('bind', 'update y_orders set ord_id = $2, inst_id = $3 where id = $1 and paid_at is null returning id'); // prettier-ignore
const pay = statement('pay', 'update y_orders set paid_at = coalesce(paid_at, now()) where id = $1 returning paid_at');
const read = statement('read', 'select * from y_orders where id = $1');
const file = statement('file', `insert into y_claims (order_id, status, claimant) select id, 'VERIFYING', $2 from y_orders where id = $1 and paid_at is not null and ord_id is not null on conflict (order_id) do nothing returning id`); // prettier-ignore
const find = statement('find', 'select id, status, reason from y_claims where order_id = $1');
const decide = statement('decide', `update y_claims set status = $2, reason = $3, evidence_root = $4, evidence = $5, liq_ms = $6, payout = $7, updated_at = now() where id = $1 and status in ('VERIFYING', 'FAILED') returning status`); // prettier-ignore
const list = statement('list', 'select id, order_id, status, reason, payout, tx_hash, approved_at, paid_at, created_at, updated_at from y_claims where status = $1 order by id desc limit $2'); // prettier-ignore
const approve = statement('approve', `update y_claims set status = 'APPROVED_PENDING_MULTISIG', approved_at = now(), updated_at = now() where id = $1 and status = 'VERIFIED_PENDING_REVIEW' returning id`); // prettier-ignore
const settle = statement('settle', `update y_claims set status = 'PAID', tx_hash = $2, paid_at = now(), updated_at = now() where id = $1 and status = 'APPROVED_PENDING_MULTISIG' returning id`); // prettier-ignore

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
/** The verifier's answer as text; '' where there is none that is good. */
const verify = (body: string): Promise<string> =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    ask(new URL('/verify', JP_VERIFY_BASE_URL), { method: 'POST', agent, headers, timeout: 8000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : ''));
    })
      .on('error', () => resolve(''))
      .end(body);
  });
type Answer = { verdict?: string; liquidation?: { liquidation_time_ms?: number }; evidence?: { root?: string } };

const app = Fastify({ logger: true });
app.setErrorHandler((error, _request, reply) =>
  reply.code((error as { code?: string }).code === '23505' ? 409 : 500).send({ error: 'REFUSED' }),
);
/** Keys as the product is given them: "name:key,name:key". */
const holding = (header: string, keys: string) => {
  const known = new Set(keys.split(',').map((key) => key.slice(key.indexOf(':') + 1)));
  return {
    onRequest: async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
      known.has(String(request.headers[header])) ? undefined : reply.code(401).send({ error: 'UNAUTHORIZED' }),
  };
};
const internal = holding('x-internal-key', INTERNAL_API_KEY);
const admin = holding('x-admin-key', ADMIN_API_KEY);
const text = { type: 'string', minLength: 1, maxLength: 100 };
const taking = (...names: string[]) => ({
  schema: { body: { type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, text])) } }, // prettier-ignore
});
type ById = { Params: { id: string } };
const orRefuse = (rows: readonly Row[], reply: FastifyReply, answer: unknown): unknown =>
  rows.length > 0 ? answer : reply.code(409).send({ error: 'REFUSED' });

type NewOrder = {
  policyType: string;
  chainId: number;
  premiumAmountUsdc: string;
  policyParams: { payout_fixed_usdc: string; payout_cap_usdc: string };
  coverageStartAt: string;
  coverageEndAt: string;
};
app.post<{ Body: NewOrder }>(
  '/api/purchase-orders',
  taking('policyType', 'premiumAmountUsdc', 'coverageStartAt', 'coverageEndAt'),
  async ({ body }, reply) => {
    const { payout_fixed_usdc: fixed, payout_cap_usdc: cap } = body.policyParams;
    const [made] = await create(body.policyType, body.chainId, body.premiumAmountUsdc, fixed, cap, body.coverageStartAt, body.coverageEndAt); // prettier-ignore
    return reply.code(201).send({ purchaseOrderId: made?.['id'] });
  },
);
app.post<ById & { Body: { ordId: string; instId: string } }>(
  '/api/purchase-orders/:id/bind-okx',
  taking('ordId', 'instId'),
  async ({ params, body }, reply) => orRefuse(await bind(params.id, body.ordId, body.instId), reply, { ok: true }),
);
app.post<ById>('/internal/purchase-orders/:id/mark-paid', internal, async ({ params }, reply) => {
  const rows = await pay(params.id);
  return orRefuse(rows, reply, { ok: true, paidAt: rows[0]?.['paid_at'] });
});
app.get<ById>('/api/purchase-orders/:id', async ({ params }, reply) => {
  const rows = await read(params.id);
  return orRefuse(rows, reply, rows[0]);
});
app.post<{ Body: { purchaseOrderId: string; claimant: string } }>(
  '/internal/claims/onchain-trigger',
  { ...internal, ...taking('purchaseOrderId', 'claimant') },
  async ({ body }, reply) => {
    const [order] = await read(body.purchaseOrderId);
    if (!order?.['paid_at'] || !order['ord_id']) return reply.code(409).send({ error: 'REFUSED' });
    let id = (await file(body.purchaseOrderId, body.claimant))[0]?.['id'];
    if (id === undefined) {
      const [claim] = await find(body.purchaseOrderId);
      if (claim?.['status'] !== 'VERIFYING' && claim?.['status'] !== 'FAILED')
        return { claimId: claim?.['id'], status: claim?.['status'] };
      id = claim['id'];
    }
    const said = await verify(JSON.stringify({ ordId: order['ord_id'], instId: order['inst_id'] }));
    const answer = said === '' ? {} : (JSON.parse(said) as Answer);
    const liquidatedMs = answer.liquidation?.liquidation_time_ms ?? null;
    const inside =
      liquidatedMs !== null && liquidatedMs >= Number(order['cov_start']) && liquidatedMs < Number(order['cov_end']);
    const status = answer.verdict === undefined ? 'FAILED' : inside ? 'VERIFIED_PENDING_REVIEW' : 'REJECTED';
    const reason = answer.verdict === undefined ? 'JP_VERIFY_ERROR' : inside ? null : 'OUT_OF_COVERAGE_WINDOW';
    const [decided] = await decide(
      id,
      status,
      reason,
      answer.evidence?.root ?? null,
      said === '' ? null : said,
      liquidatedMs,
      inside ? order['payout_fixed'] : null,
    );
    return { claimId: id, status: decided?.['status'] ?? status, rejectedReason: reason };
  },
);
app.get<{ Querystring: { status?: string; limit?: string } }>('/admin/claims', admin, async ({ query }) => ({
  items: await list(query.status ?? '', Math.min(200, Number(query.limit ?? 50))),
}));
app.post<ById>('/admin/claims/:id/approve', admin, async ({ params }, reply) =>
  orRefuse(await approve(params.id), reply, { ok: true }),
);
app.post<ById & { Body: { multisigTxHash: string } }>(
  '/admin/claims/:id/mark-paid',
  { ...admin, ...taking('multisigTxHash') },
  async ({ params, body }, reply) => orRefuse(await settle(params.id, body.multisigTxHash), reply, { ok: true }),
);
app.get('/healthz', { logLevel: 'silent' }, async () => ({ ok: true }));
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
process.stdin.once('close', () => process.exit(0)).resume();
