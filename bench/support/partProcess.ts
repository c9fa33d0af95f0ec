import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** A part of the product as a process of its own, from its entry file; it has nothing of our environment but the path. */
export async function startPart(
  entry: string,
  url: string,
  env: Readonly<Record<string, string>>,
  where: { readonly directory: string; readonly logFile: string },
): Promise<{ stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [entry, '--stop-with-parent'], {
    cwd: where.directory,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(where.logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.stdin?.on('error', () => undefined);
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = Date.now() + 60_000;
  while (!(await fetch(`${url}/healthz`).catch(() => null))?.ok) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start: see ${where.logFile}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
