import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { LocalPostgres } from '../../scripts/localPostgres.ts';
import { persistentLoad } from '../support/persistentLoad.ts';
import { inScene, settleAndCheck, type Fault, type FaultOptions } from './scene.ts';

const underLoad = (name: string, harm: (postgres: LocalPostgres, options: FaultOptions) => Promise<void>): Fault => ({
  name: `PostgreSQL ${name}`,
  run: (options) =>
    inScene('postgres', async (scene) => {
      if (!scene.postgres) throw new Error('this scene has a PostgreSQL');
      const load = persistentLoad(scene.backend.url, { clients: 6 });
      await pause(2_000);
      await harm(scene.postgres, options);
      await pause(2_000);
      const stood = scene.backend.isRunning();
      const found = await settleAndCheck(scene, load);
      return stood ? found : { ...found, wrong: [...found.wrong, 'the backend ended with its database'] };
    }),
});

async function asOperator(postgres: LocalPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

export const postgresFaults: readonly Fault[] = [
  underLoad('restarted', async (postgres) => {
    await postgres.stop('fast');
    await postgres.start();
  }),
  underLoad('crashed and recovered', async (postgres) => {
    await postgres.stop('immediate');
    await postgres.start();
  }),
  underLoad('stopped for a while', async (postgres, { stoppedMs }) => {
    await postgres.stop('fast');
    await pause(stoppedMs);
    await postgres.start();
  }),
  underLoad('cuts idle connections, 20 times', async (postgres) => {
    for (let times = 0; times < 20; times += 1) {
      await asOperator(
        postgres,
        `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle' and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      await pause(150);
    }
  }),
  underLoad('cuts every connection, 10 times', async (postgres) => {
    for (let times = 0; times < 10; times += 1) {
      await asOperator(
        postgres,
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      await pause(300);
    }
  }),
];
