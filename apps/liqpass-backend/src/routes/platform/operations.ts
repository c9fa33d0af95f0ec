import type { Server } from '@liqpass/service/server';
import { CLAIM_STATUSES, type ClaimStatus } from '@liqpass/kernel/vocabulary';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { keptFor } from '../../services/platform/keptFor.ts';
import type { PlatformContext } from '../../services/platform/platformContext.ts';

const chainHealth = z.strictObject({
  last_block: z.int(),
  /** Blocks that the RPC has and that are not read yet. */
  lag_blocks: z.int(),
  read_age_seconds: z.int(),
  /** What is in the way of the reader, by its code in docs/operating.md. */
  trouble: z.string().nullable(),
});
export type ChainHealth = z.infer<typeof chainHealth>;
const readinessAnswer = z
  .strictObject({
    ready: z.boolean(),
    database: z.boolean(),
    queue: z.boolean(),
    jp_verify: z.boolean(),
    /** Where the treasury is watched; it makes nothing unready. */
    chain: chainHealth.optional(),
  })
  .meta({ id: 'Readiness' });

/** How many jobs wait or run, and how long the oldest that is due has waited. */
type Queue = { depth(): Promise<{ waiting: number; oldestDueSeconds: number }> };
/** Claims by status; counted no further than `atMost`. */
type CountedClaims = { readonly atMost: number; count(): Promise<Readonly<Record<string, number>>> };
/** What a backend needs besides its database. */
type Verifier = { isHealthy(): Promise<boolean> };

export type Metrics = { readonly registry: Registry; observeVerification(seconds: number, to: ClaimStatus): void };

/** What is counted: requests, claims by status, verification time, queue depth and age. */
export function buildMetrics(
  queue: Queue,
  claims: CountedClaims,
): Metrics & { requests: Histogram<'method' | 'route' | 'status'> } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'liqpass_request_seconds',
    help: 'Requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10],
    registers,
  });
  const verification = new Histogram({
    name: 'liqpass_verification_seconds',
    help: 'How long jp-verify took to answer',
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30],
    registers,
  });
  const verifications = new Counter({
    name: 'liqpass_verifications_total',
    help: 'Attempts to verify, by the status they left the claim in',
    labelNames: ['to'],
    registers,
  });
  new Gauge({
    name: 'liqpass_claims',
    help: `Claims by status; ${claims.atMost} and more read as ${claims.atMost}`,
    labelNames: ['status'],
    registers,
    async collect() {
      const counts = await claims.count();
      for (const status of CLAIM_STATUSES) this.set({ status }, counts[status] ?? 0);
    },
  });
  const age = new Gauge({
    name: 'liqpass_queue_oldest_due_seconds',
    help: 'How long the oldest due job has waited',
    registers,
  });
  new Gauge({
    name: 'liqpass_queue_jobs',
    help: 'Jobs that wait or run',
    registers,
    async collect() {
      const depth = await queue.depth();
      this.set(depth.waiting);
      age.set(depth.oldestDueSeconds);
    },
  });
  return {
    registry,
    requests,
    observeVerification(seconds, to) {
      verification.observe(seconds);
      verifications.inc({ to });
    },
  };
}

/** What everybody may ask costs what it costs once in this time, however many ask. */
const KEPT_MS = 1_000;

/** /healthz (the process), /readyz (what it needs), /metrics. */
export function operationRoutes(
  app: Server,
  ctx: PlatformContext & { readonly jpVerify: Verifier },
  queue: Queue,
  metrics: ReturnType<typeof buildMetrics>,
  readChain: () => Promise<ChainHealth | undefined>,
): void {
  const tags = ['operations'];
  app.addHook('onResponse', async (request, reply) => {
    metrics.requests.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unknown', status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });

  app.get(
    '/healthz',
    {
      logLevel: 'silent',
      schema: { tags, summary: 'The process runs', response: { 200: z.strictObject({ ok: z.literal(true) }) } },
    },
    async () => ({ ok: true as const }),
  );

  const answers = (promise: Promise<unknown>): Promise<boolean> =>
    promise.then(
      () => true,
      () => false,
    );
  const readiness = keptFor(KEPT_MS, async () => {
    const [database, queueAnswers, jpVerify, chain] = await Promise.all([
      answers(ctx.database.ping()),
      answers(queue.depth()),
      ctx.jpVerify.isHealthy(),
      readChain(),
    ]);
    const ready = database && queueAnswers && jpVerify;
    return { ready, database, queue: queueAnswers, jp_verify: jpVerify, ...(chain ? { chain } : {}) };
  });
  app.get(
    '/readyz',
    {
      logLevel: 'silent',
      schema: {
        tags,
        summary: 'Database, queue and jp-verify answer',
        response: { 200: readinessAnswer, 503: readinessAnswer },
        refuses: ['TOO_MANY_REQUESTS'],
      },
    },
    async (_request, reply) => {
      const now = await readiness();
      return reply.code(now.ready ? 200 : 503).send(now);
    },
  );

  const figures = keptFor(KEPT_MS, () => metrics.registry.metrics());
  app.get(
    '/metrics',
    {
      logLevel: 'silent',
      schema: {
        tags,
        summary: 'Prometheus metrics',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
        refuses: ['DATABASE_UNAVAILABLE', 'TOO_MANY_REQUESTS'],
      },
    },
    async (_request, reply) => {
      const text = await figures();
      return reply.type(metrics.registry.contentType).serializer(String).send(text);
    },
  );
}
