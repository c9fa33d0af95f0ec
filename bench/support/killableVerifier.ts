import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../scripts/freePort.ts';
import type { VerifierMood } from './standInVerifier.ts';

export type KillableVerifier = {
  readonly url: string;
  /** How it answers from now on. */
  become(mood: VerifierMood): void;
  kill(): Promise<void>;
  start(): Promise<void>;
};

/** The stand-in for jp-verify in a process that dies as others do. */
export async function killableVerifier(): Promise<KillableVerifier> {
  const port = await freePort();
  let mood: VerifierMood = { answersAfterMs: 5 };
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const started = fork(join(import.meta.dirname, 'verifierProcess.ts'), [String(port), JSON.stringify(mood)], {
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    });
    child = started;
    await new Promise<void>((resolve, reject) => {
      started.once('message', () => resolve());
      started.once('exit', () => reject(new Error('the verifier ended while it started')));
    });
  };
  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    become(next) {
      mood = next;
      if (child?.connected) child.send(next);
    },
    start,
    async kill() {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    },
  };
}
