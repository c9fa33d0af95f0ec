import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { backendEnvironment, BackendEnded, scratchDirectory } from './backendProcess.ts';
import { freePort } from '../../scripts/freePort.ts';
import { httpConnection } from './httpConnection.ts';

const entry = join(import.meta.dirname, '../yardstick.ts');

export type YardstickProcess = { readonly url: string; readonly pid: number; stop(): Promise<void> };

/** The yardstick as a process of its own, with its tables and its log, as the backend is started. */
export async function startYardstick(databaseUrl: string, verifierUrl: string): Promise<YardstickProcess> {
  const port = await freePort();
  const env = backendEnvironment({ databaseUrl, verifierUrl }, port);
  const made = spawnSync(process.execPath, [entry, '--migrate'], { env, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the yardstick's tables were not made: ${made.stderr}`);
  const log = createWriteStream(join(scratchDirectory('yardstick'), 'yardstick.log'));
  const child = spawn(process.execPath, [entry], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  process.once('exit', () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const connection = httpConnection(url, 2_000);
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const answer = await connection.request({ method: 'GET', path: '/healthz' }).catch(() => null);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || Date.now() > deadline) throw new BackendEnded('the yardstick did not start');
  }
  connection.close();
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
