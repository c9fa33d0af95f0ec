// npm test: every test, on both databases, and in a real browser where there is one. What could not run is said loudly,
// and fails where CI=true.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from './buildWeb.ts';
import { findPgBouncer } from './localPgBouncer.ts';
import { findPostgresBinaries, startPostgres } from './localPostgres.ts';

const root = join(import.meta.dirname, '..');
process.chdir(root);
const only = process.argv.slice(2);
const ci = process.env['CI'] === 'true';

type Outcome = { name: string; passed: number; failed: number; skipped: number; seconds: number };
const outcomes: Outcome[] = [];
const notRun: string[] = [];
/** What a runner says of each test that failed, after all of its tests. */
const failures: string[] = [];

type Options = {
  readonly env?: Record<string, string>;
  /** A process for each file, so many at a time; else one for all of them. */
  readonly processes?: number;
  /** One process after another, each for so many files. */
  readonly filesEach?: number;
  readonly quiet?: true;
};

/** Runs test files in one process and counts what its closing lines say; `quiet`: shown at the end, whole, while another is shown live. */
async function run(
  name: string,
  files: string[],
  { env, processes, filesEach = files.length, quiet }: Options = {},
): Promise<void> {
  if (files.length === 0) return;
  const title = `\n== ${name}: ${files.length} files`;
  if (!quiet) console.log(title);
  const outcome: Outcome = { name, passed: 0, failed: 0, skipped: 0, seconds: 0 };
  const started = Date.now();
  let shown = '';
  for (let from = 0; from < files.length; from += filesEach) {
    const child = spawn(
      process.execPath,
      [
        '--test',
        `--test-isolation=${processes === undefined ? 'none' : 'process'}`,
        `--test-concurrency=${processes ?? 1}`,
        '--test-reporter=spec',
        ...files.slice(from, from + filesEach),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
      },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!quiet) process.stdout.write(chunk);
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const count = (word: string): number =>
      Number([...text.matchAll(new RegExp(`^ℹ ${word} (\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
    const failed = count('fail') + count('cancelled');
    outcome.passed += count('pass');
    const told = text.split('\n✖ failing tests:\n')[1];
    if (told !== undefined) failures.push(`${name}\n${told.trim()}`);
    // A runner that dies, or that finds no test, is a failure too.
    const died = failed === 0 && (code !== 0 || count('tests') === 0);
    if (died)
      failures.push(`${name}\nthe runner ended with ${code} after ${count('tests')} tests:\n${text.slice(-4_000)}`);
    outcome.failed += failed + (died ? 1 : 0);
    outcome.skipped += count('skipped');
    shown += text;
  }
  if (quiet) console.log(`${title}\n${shown}`);
  outcomes.push({ ...outcome, seconds: (Date.now() - started) / 1000 });
}

const wanted = (file: string): boolean => only.length === 0 || only.some((part) => file.includes(part));
const find = (...patterns: string[]): string[] =>
  globSync(patterns, { exclude: (path) => path.includes('node_modules') })
    .filter(wanted)
    .toSorted();

const backendOnDatabase = find('apps/liqpass-backend/test/**/*.test.ts', 'apps/liqpass-backend/src/**/*.test.ts');
const plain = find(
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'apps/jp-verify/**/*.test.ts',
  'apps/okx-simulator/**/*.test.ts',
  'apps/web/src/**/*.test.ts',
  'apps/web/test/**/*.test.ts',
  'scripts/*.test.ts',
);
const browser = find('e2e/web/*.test.ts');

if (spawnSync('python3', ['--version']).error)
  notRun.push('the log by a second checker: python3 is not installed (Debian: apt-get install python3)');
// A runner keeps what its tests made until it ends: with a database each in this process, the last would take six times the first.
const embedded = (): Promise<void> => run('backend on the embedded database', backendOnDatabase, { filesEach: 10 });
// The last wait for processes that start again, more than they work.
const plainThenProcesses = async (env: Record<string, string> = {}): Promise<void> => {
  await run('packages and services', plain, { quiet: true });
  await run('the product as processes', find('e2e/*.test.ts'), { env, processes: 2, quiet: true });
};
if (findPostgresBinaries() === null) {
  await Promise.all([embedded(), plainThenProcesses()]);
  notRun.push(
    'the backend and the product on PostgreSQL: PostgreSQL is not installed (Debian: apt-get install postgresql)',
  );
} else {
  if (findPgBouncer() === null)
    notRun.push('the backend behind a pooler: PgBouncer is not installed (Debian: apt-get install pgbouncer)');
  const postgres = await startPostgres();
  console.log(`\n${postgres.version}`);
  try {
    const env = { TEST_DATABASE_URL: postgres.url };
    // Side by side: each keeps less than one core busy.
    await Promise.all([
      embedded(),
      run('backend on PostgreSQL', backendOnDatabase, { env, quiet: true }),
      plainThenProcesses(env),
    ]);
  } finally {
    await postgres.remove();
  }
}

const chromium =
  process.env['CHROMIUM'] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (browser.length > 0) {
  if (chromium === undefined)
    notRun.push(
      'the web app in a browser: no Chromium found (Debian: apt-get install chromium fonts-noto-cjk; or set CHROMIUM)',
    );
  else {
    // Once, before two processes at a time would.
    await buildWeb(console.log);
    await run('the web app in Chromium', browser, { env: { CHROMIUM: chromium }, processes: 2 });
  }
}

// Once more where it is looked for: of a suite that ran in several processes, or beside another, it stands far above.
for (const failure of failures) console.log(`\n== Failed: ${failure}`);
console.log('\n== Summary');
for (const { name, passed, failed, skipped, seconds } of outcomes)
  console.log(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds.toFixed(1)} s)`,
  );
for (const what of notRun) console.log(`\n!!!!!! NOT RUN: ${what}`);
const total = (key: 'passed' | 'failed' | 'skipped'): number =>
  outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
const failed = total('failed') + (ci ? notRun.length : 0);
console.log(`\n${total('passed')} passed, ${failed} failed, ${total('skipped')} skipped`);
process.exitCode = failed === 0 && total('passed') > 0 ? 0 : 1;
