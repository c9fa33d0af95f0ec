import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './freePort.ts';
import { asOwner } from './localPostgres.ts';

/** Where Debian, Homebrew and the PATH keep PgBouncer; null where it is not installed. */
export function findPgBouncer(): string | null {
  const folders = ['/usr/sbin', '/opt/homebrew/bin', ...(process.env['PATH'] ?? '').split(':')];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((program) => existsSync(program)) ?? null;
}

/**
 * A PgBouncer of our own before a PostgreSQL server, in transaction mode and otherwise as it comes: it takes no startup parameters
 * but the usual. `at` is the address of a database through it.
 */
export async function startPgBouncer(
  postgres: string,
  sessions: number,
): Promise<{ at(database: string): string; stop(): Promise<void> }> {
  const program = findPgBouncer();
  if (program === null) throw new Error('PgBouncer is not installed (Debian: apt-get install pgbouncer)');
  const owner = asOwner();
  const directory = mkdtempSync(join(tmpdir(), 'liqpass-pgbouncer-'));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(directory, owner.uid, owner.gid);
  const server = new URL(postgres);
  const port = await freePort();
  const users = join(directory, 'users.txt');
  writeFileSync(users, `"${server.username}" ""\n`);
  const settings = join(directory, 'pgbouncer.ini');
  writeFileSync(
    settings,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 200
`,
  );
  const child = spawn(program, [settings], { ...owner, cwd: directory, stdio: 'ignore' });
  // However this process ends, its pooler does not outlive it.
  process.once('exit', () => child.kill('SIGKILL'));
  const at = (database: string): string => `postgres://${server.username}@127.0.0.1:${port}/${database}`;
  for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const client = new pg.Client({ connectionString: at('postgres') });
    try {
      await client.connect();
      await client.end();
      break;
    } catch (cause) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error('PgBouncer did not start', { cause });
    }
  }
  return {
    at,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGQUIT');
        await ended;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
