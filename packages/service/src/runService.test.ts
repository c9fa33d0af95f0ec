import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const service = (fault: string): string => `
  import { buildLogger } from '${import.meta.resolve('./logger.ts')}';
  import { runService } from '${import.meta.resolve('./runService.ts')}';
  const logger = buildLogger('a-service', 'info');
  await runService('a-service', async () => ({ logger, service: { address: 'nowhere', stop: async () => undefined } }));
  setInterval(() => undefined, 1_000);
  ${fault}
`;
/** What the service ends with, and its fatal line; what was on its way when that line was written may come after it. */
const run = (fault: string): { code: number | null; line: Record<string, unknown> } => {
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', service(fault)], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const fatal = stdout.split('\n').find((each) => each.includes('"level":"fatal"'));
  const line: unknown = JSON.parse(fatal ?? 'null');
  assert.ok(typeof line === 'object' && line !== null, stdout);
  return { code: status, line: { ...line } };
};

for (const [what, fault, message] of [
  ['thrown in a callback', `setImmediate(() => { throw new Error('nobody caught this'); });`, 'nobody caught this'],
  ['a rejection that nobody awaits', `void Promise.reject(new Error('nobody awaited this'));`, 'nobody awaited this'],
  [
    'an error event that nobody listens to',
    `import('node:events').then(({ EventEmitter }) => new EventEmitter().emit('error', new Error('nobody listens')));`,
    'nobody listens',
  ],
] as const)
  test(`an error that nobody handles ends the service with a line and a code that asks for a restart: ${what}`, () => {
    const { code, line } = run(fault);
    assert.equal(code, 70);
    const { err } = line;
    assert.ok(typeof err === 'object' && err !== null && 'message' in err);
    assert.equal(err.message, message);
  });
