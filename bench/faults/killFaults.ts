import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { BackendEnded } from '../support/backendProcess.ts';
import { persistentLoad } from '../support/persistentLoad.ts';
import { inScene, settleAndCheck, type Fault, type Scene } from './scene.ts';

/** After so many kills everything is let finish and compared. */
const KILLS_A_ROUND = 20;

/** kill -9 of a process of PostgreSQL that serves the backend: the server takes all down and recovers. */
async function killPostgresSession({ postgres }: Scene): Promise<void> {
  if (!postgres) return;
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 1`,
    );
    if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
  } catch {
    // It is recovering from the kill before: that one counts.
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Kills something at a random moment: mostly the backend, also while it starts; the verifier; a process of PostgreSQL. */
async function killOne(scene: Scene, random: () => number, counts: Record<string, number>): Promise<void> {
  const drawn = random();
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  if (drawn < 0.12) {
    count('verifier');
    await scene.verifier.kill();
    await pause(random() * 200);
    await scene.verifier.start();
    return;
  }
  if (drawn < 0.24 && scene.postgres) {
    count('PostgreSQL');
    await killPostgresSession(scene);
    return;
  }
  count('backend');
  await scene.backend.kill();
  if (random() < 0.15) {
    // Once more while it starts: migrations, queue and upkeep are under way.
    count('backend, starting');
    const starting = scene.backend.start().catch((error: unknown) => {
      if (!(error instanceof BackendEnded)) throw error;
    });
    await pause(random() * 1_500);
    await scene.backend.kill();
    await starting;
  }
  await startAsSupervised(scene);
}

/** A start that PostgreSQL's own recovery cuts short is made again, as whatever supervises the process does. */
async function startAsSupervised({ backend }: Scene): Promise<void> {
  for (let more = 10; ; more -= 1) {
    try {
      return await backend.start();
    } catch (error) {
      if (!(error instanceof BackendEnded) || more === 0) throw error;
      await pause(500);
    }
  }
}

const kills = (kind: 'postgres' | 'embedded'): Fault => ({
  name: `kill -9 at random moments (${kind})`,
  async run({ random, kills: total, killMs }) {
    const wanted = Math.ceil(total / 2);
    const counts: Record<string, number> = {};
    const done = (): number => Object.values(counts).reduce((sum, each) => sum + each, 0);
    const retried: Record<string, number> = {};
    const wrong: string[] = [];
    let policies = 0;
    const until = Date.now() + killMs / 2;
    await inScene(kind, async (scene) => {
      while (done() < wanted && Date.now() < until && wrong.length === 0) {
        if (!scene.backend.isRunning()) await startAsSupervised(scene);
        const load = persistentLoad(scene.backend.url, { clients: 6 });
        const roundEnds = Math.min(wanted, done() + KILLS_A_ROUND);
        while (done() < roundEnds && Date.now() < until) {
          await pause(100 + random() * 700);
          await killOne(scene, random, counts);
        }
        const found = await settleAndCheck(scene, load, 120_000);
        policies += found.policies;
        wrong.push(...found.wrong);
        for (const [why, count] of Object.entries(found.retried)) retried[why] = (retried[why] ?? 0) + count;
        console.log(
          `      ${done()} kills on ${kind}, ${policies} policies, ${found.wrong.length === 0 ? 'nothing wrong' : 'WRONG'}`,
        );
      }
    });
    if (done() < wanted && wrong.length === 0)
      wrong.push(`only ${done()} of ${wanted} kills in ${killMs / 120_000} minutes`);
    return { policies, retried, wrong, note: `${done()} kills: ${JSON.stringify(counts)}` };
  },
});

export const killFaults: readonly Fault[] = [kills('postgres'), kills('embedded')];
