import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
const section = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split(/^## /m, 1)[0] ?? '';
const wordsOf = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word))].toSorted();
/** The first cell of each row: where a name is defined rather than mentioned. */
const firstCells = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '')
    .join(' ');

test('docs/operating.md lists every setting that a service reads, and none that is gone', () => {
  const sources = globSync(['apps/*/src/{config,*Config}.ts', 'packages/service/src/environment.ts'], { cwd: root });
  const code = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const read = wordsOf(code, /(?:\(env, |\bkey\(|\bnamed\(|\[|^\s*)'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/gm).filter(
    (name) => name.includes('_') || ['PORT', 'HOST', 'OPERATORS'].includes(name),
  );
  const okx = wordsOf(code, /'(OKX_[A-Z_]+)'/g);
  assert.deepEqual(
    wordsOf(firstCells(section('Settings')), /`([A-Z_]+)`/g),
    [...new Set([...read, ...okx])].toSorted(),
  );
});

test('docs/operating.md names the metrics there are', () => {
  const sources = globSync('apps/liqpass-backend/src/routes/**/*.ts', { cwd: root });
  const code = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  assert.deepEqual(
    wordsOf(firstCells(section('Watching it')), /`(liqpass_[a-z_]+)`/g),
    wordsOf(code, /name: '(liqpass_[a-z_]+)'/g),
  );
});
