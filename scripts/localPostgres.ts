import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './freePort.ts';

/** A PostgreSQL server of our own, on a directory of its own, for tests and benchmarks. */
export type LocalPostgres = {
  readonly url: string;
  readonly version: string;
  readonly directory: string;
  readonly binaries: string;
  /** Stops the server as an operator would; it can be started again. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
};

/** Where Debian, Homebrew and the PATH keep PostgreSQL's programs; null where it is not installed. */
export function findPostgresBinaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const folders = existsSync(debian)
    ? readdirSync(debian)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, 'bin'))
    : [];
  const candidates = [...folders, ...(process.env['PATH'] ?? '').split(':'), '/opt/homebrew/bin'];
  return (
    candidates.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
  );
}

/** PostgreSQL and PgBouncer refuse to run as root: root runs them as the user `postgres`. */
export function asOwner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

/** Makes a cluster and starts it. `durable` keeps fsync on, for benchmarks and fault tests. */
export async function startPostgres(
  options: { durable?: boolean; settings?: readonly string[] } = {},
): Promise<LocalPostgres> {
  const binaries = findPostgresBinaries();
  if (binaries === null) throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
  const owner = asOwner();
  const directory = mkdtempSync(join(tmpdir(), 'liqpass-postgres-'));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(directory, owner.uid, owner.gid);
  const data = join(directory, 'data');
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'liqpass', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...owner, cwd: directory, stdio: 'pipe' },
  );
  const port = await freePort();
  const url = `postgres://liqpass@127.0.0.1:${port}/postgres`;
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${directory}`,
    'max_connections=200',
    'shared_buffers=256MB',
    ...(options.durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
    ...(options.settings ?? []),
  ];
  let server: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    server = spawn(join(binaries, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...owner,
      cwd: directory,
      stdio: 'ignore',
    });
    const deadline = Date.now() + 30_000;
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (Date.now() > deadline || server.exitCode !== null)
          throw new Error('PostgreSQL did not start', { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    const running = server;
    server = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  };
  // However this process ends, its server does not outlive it.
  process.once('exit', () => server?.kill('SIGQUIT'));
  // A signal ends it without an `exit`, unless somebody listens to it: then how it ends is theirs to say.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
    });
  await start();
  return {
    url,
    version: execFileSync(join(binaries, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    directory,
    binaries,
    start,
    stop,
    async remove() {
      await stop('immediate');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
