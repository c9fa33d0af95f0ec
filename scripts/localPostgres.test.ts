import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostgresBinaries } from './localPostgres.ts';

const noPostgres = findPostgresBinaries() === null && process.env['CI'] !== 'true';

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // No such process.
  }
};

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(
    `a script that is ended by ${signal} leaves no PostgreSQL behind`,
    { timeout: 120_000, skip: noPostgres && 'PostgreSQL is not installed' },
    async () => {
      const module = join(import.meta.dirname, 'localPostgres.ts');
      const code = `import { startPostgres } from ${JSON.stringify(module)}; console.log((await startPostgres()).directory);`;
      const script = spawn(process.execPath, ['--input-type=module', '--eval', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
      });
      const ended = once(script, 'exit');
      const [said] = await Promise.race([once(script.stdout, 'data'), ended.then(() => [''])]);
      const directory = String(said).trim();
      assert.notEqual(directory, '', 'it started');
      const pid = Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
      try {
        assert.ok(isThere(pid));
        script.kill(signal);
        assert.notDeepEqual(await ended, [0, null]);
        for (const deadline = performance.now() + 60_000; isThere(pid); await pause(50))
          assert.ok(performance.now() < deadline, 'the server is there still');
      } finally {
        if (isThere(pid)) process.kill(pid, 'SIGQUIT');
        rmSync(directory, { recursive: true, force: true });
      }
    },
  );
