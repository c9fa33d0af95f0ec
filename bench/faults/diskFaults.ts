import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { scratchDirectory } from '../support/backendProcess.ts';
import { persistentLoad } from '../support/persistentLoad.ts';
import { inScene, settleAndCheck, type Fault } from './scene.ts';

const DISK_MB = 192;
/** Left free when the disk is filled: the database has to run into its end by itself. */
const LEFT_FREE = 512 * 1024;
const FULL_AT_MOST_MS = 40_000;

/** The embedded database's disk becomes full under load; room is made, the backend is started again. */
const fullDisk: Fault = {
  name: 'full disk (embedded)',
  async run() {
    const directory = scratchDirectory('disk');
    const logs = scratchDirectory('disk-log');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', directory], { stdio: 'pipe' });
    } catch {
      return {
        policies: 0,
        retried: {},
        wrong: [],
        note: 'NOT RUN: a small disk can only be mounted as root on Linux',
      };
    }
    try {
      mkdirSync(join(directory, 'home'));
      return await inScene(
        'embedded',
        async (scene) => {
          const load = persistentLoad(scene.backend.url, { clients: 6 });
          await pause(3_000);
          const { bavail, bsize } = statfsSync(directory);
          writeFileSync(join(directory, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - LEFT_FREE)));
          const before = load.policies.length;
          const refusals = (): number => [...load.retried.values()].reduce((sum, times) => sum + times, 0);
          const untilMs = Date.now() + FULL_AT_MOST_MS;
          while (refusals() < 50 && Date.now() < untilMs) await pause(200);
          const during = load.policies.length - before;
          const refused = refusals();
          const { bavail: left } = statfsSync(directory);
          const stood = scene.backend.isRunning();
          rmSync(join(directory, 'filler'));
          // As an operator would: room made, process started again.
          await scene.backend.kill();
          await scene.backend.start();
          const found = await settleAndCheck(scene, load);
          return {
            ...found,
            wrong: refused === 0 ? [...found.wrong, 'nothing was refused: the disk was never full'] : found.wrong,
            note: `${during} policies begun after the disk was filled, ${(left * bsize) / 1024} kB left, ${refused} requests refused or cut off, the process ${stood ? 'stood' : 'ended'}`,
          };
        },
        // The log elsewhere: who takes it down is not what is broken here.
        { directory: join(directory, 'home'), logFile: join(logs, 'backend.log') },
      );
    } finally {
      execFileSync('umount', ['-l', directory], { stdio: 'pipe' });
      for (const each of [directory, logs]) rmSync(each, { recursive: true, force: true });
    }
  },
};

export const diskFaults: readonly Fault[] = [fullDisk];
