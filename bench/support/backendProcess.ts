import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpConnection } from './httpConnection.ts';
import { VERIFIER_KEY } from './standInVerifier.ts';
import { freePort } from '../../scripts/freePort.ts';

export const INTERNAL_KEY = 'bench-internal-key-0001';
export const ADMIN_KEY = 'bench-admin-key-000001';
/** A second operator's key: whoever approves a claim does not record its payment. */
export const TREASURY_KEY = 'bench-treasury-key-0001';

const entry = join(import.meta.dirname, '../../apps/liqpass-backend/src/index.ts');

export type BackendSettings = {
  /** A postgres:// address; null: the embedded database, in `directory`. */
  readonly databaseUrl: string | null;
  readonly verifierUrl: string;
  readonly directory?: string;
  /** Where its log goes; backend.log in `directory` without it. */
  readonly logFile?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for node, such as --cpu-prof. */
  readonly nodeArguments?: readonly string[];
};

/** A backend as a process of its own. */
export type BackendProcess = {
  readonly url: string;
  readonly port: number;
  /** Its working directory: ./data is there in the embedded mode. */
  readonly directory: string;
  pid(): number;
  isRunning(): boolean;
  /** Starts it again on the same port and database. */
  start(): Promise<void>;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** As an operator stops it. */
  stop(): Promise<void>;
};

export const scratchDirectory = (name: string): string => mkdtempSync(join(tmpdir(), `liqpass-${name}-`));

/** The environment of a backend under measurement: keys of its own, nothing else of ours. */
export const backendEnvironment = (settings: BackendSettings, port: number): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  NODE_NO_WARNINGS: '1',
  PORT: String(port),
  ...(settings.databaseUrl === null ? {} : { DATABASE_URL: settings.databaseUrl }),
  INTERNAL_API_KEY: `ops:${INTERNAL_KEY}`,
  ADMIN_API_KEY: `alice:${ADMIN_KEY},bob:${TREASURY_KEY}`,
  JP_VERIFY_BASE_URL: settings.verifierUrl,
  JP_VERIFY_API_KEY: VERIFIER_KEY,
  ALLOW_UNATTESTED_BINDING: 'true',
  LOG_LEVEL: 'info',
  ...settings.env,
});

/** Starts apps/liqpass-backend and waits until it is ready. */
export async function startBackendProcess(settings: BackendSettings): Promise<BackendProcess> {
  const directory = settings.directory ?? scratchDirectory('backend');
  mkdirSync(directory, { recursive: true });
  const logFile = settings.logFile ?? join(directory, 'backend.log');
  const port = settings.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const isRunning = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (!running || !isRunning()) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  }

  async function start(): Promise<void> {
    const log = createWriteStream(logFile, { flags: 'a' });
    const started = spawn(process.execPath, [...(settings.nodeArguments ?? []), entry, '--stop-with-parent'], {
      cwd: directory,
      env: backendEnvironment(settings, port),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child = started;
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
    started.stdin.on('error', () => undefined);
    const deadline = Date.now() + 60_000;
    const connection = httpConnection(url, 2_000);
    try {
      for (;;) {
        const answer = await connection.request({ method: 'GET', path: '/healthz' }).catch(() => null);
        if (answer?.status === 200) return;
        // Whoever asked for it to be killed while it started waits for nothing more.
        if (!isRunning()) throw new BackendEnded(`the backend ended while it started: see ${logFile}`);
        if (Date.now() > deadline) throw new Error(`the backend did not start: see ${logFile}`);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    } finally {
      connection.close();
    }
  }

  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url,
    port,
    directory,
    pid: () => child?.pid ?? 0,
    isRunning,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

export class BackendEnded extends Error {
  override readonly name = 'BackendEnded';
}
