import { SECOND_MS, type Clock } from '@liqpass/kernel/time';
import { fromKysely, PgBoss, type Db as BossDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../db/platform/database.ts';
import type { Jobs } from '../services/hallContext.ts';

const VERIFY_CLAIM = 'verify-claim';
/** Workers of a process, and how many claims each asks about at once: a slow exchange holds these, and nothing else. */
const WORKERS = 6;
const BATCH = 4;

export type Queue = Jobs & {
  /** Starts to take up jobs; `verifyClaim` may throw, then the job is tried again. */
  work(verifyClaim: (claimId: string) => Promise<void>): Promise<void>;
  /** How many jobs wait or run, and how long the oldest that is due has waited. */
  depth(): Promise<{ waiting: number; oldestDueSeconds: number }>;
  /** Takes up nothing new, lets what runs finish within `withinMs`, and gives back what has not: it is taken up again. */
  stop(withinMs?: number): Promise<void>;
};

/**
 * Durable jobs in the same database, so that a job and the change of state that asks for it commit together.
 * It runs on the application's own connections: a second way into the embedded database would land inside whatever transaction is open.
 */
export async function openQueue(database: Database, clock: Clock, log: Logger): Promise<Queue> {
  const overPool: BossDb = {
    // As the driver answers: a list of results where the text holds several statements.
    executeSql: async (text, values) => database.background.pool.query(text, values),
  };
  const boss = new PgBoss({
    db: overPool,
    ...(database.lite ? { backend: 'pglite' as const } : {}),
    superviseIntervalSeconds: 5,
    schedule: false,
    persistWarnings: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the job queue has trouble'));
  await boss.start();
  // A crash or a lost database is tried again for as long as it takes; what the verifier says is the claim's to decide.
  await boss.createQueue(VERIFY_CLAIM, {
    retryLimit: 1000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 60,
    heartbeatSeconds: 10,
    deleteAfterSeconds: 3600,
  });

  const workers: string[] = [];
  let turn = 0;
  return {
    async verifyClaimAt(db, claimId, atMs) {
      const afterSeconds = Math.max(0, Math.ceil((atMs - clock.now()) / SECOND_MS));
      await boss.send(VERIFY_CLAIM, { claimId }, { startAfter: afterSeconds, db: fromKysely(db) });
    },
    wake() {
      const worker = workers[turn++ % workers.length];
      if (worker !== undefined) boss.notifyWorker(worker);
    },
    async work(verifyClaim) {
      for (let index = 0; index < WORKERS; index += 1) {
        workers.push(
          await boss.work<
            { claimId: string },
            void,
            { batchSize: number; perJobResults: true; pollingIntervalSeconds: number; burstWhenBatchFull: boolean }
          >(
            VERIFY_CLAIM,
            { batchSize: BATCH, perJobResults: true, pollingIntervalSeconds: 1, burstWhenBatchFull: true },
            async (jobs) =>
              Promise.all(
                jobs.map(async (job) => {
                  try {
                    await verifyClaim(job.data.claimId);
                    return { id: job.id, status: 'completed' as const };
                  } catch (error) {
                    log.error(
                      { err: error, claimId: job.data.claimId },
                      'a claim could not be verified: its job will be tried again',
                    );
                    return { id: job.id, status: 'failed' as const };
                  }
                }),
              ),
          ),
        );
      }
    },
    async depth() {
      const { rows } = await database.pool.query<{ waiting: string; oldest: string | null }>(
        `select count(*) as waiting, extract(epoch from now() - min(start_after)) as oldest from pgboss.job where name = $1 and state < 'completed'`,
        [VERIFY_CLAIM],
      );
      return { waiting: Number(rows[0]?.waiting ?? 0), oldestDueSeconds: Math.max(0, Number(rows[0]?.oldest ?? 0)) };
    },
    async stop(withinMs = 10_000) {
      await boss.stop({ graceful: true, timeout: Math.max(SECOND_MS, withinMs) });
    },
  };
}
