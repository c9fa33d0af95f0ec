import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkVectors, readVectors } from '../scripts/vectors/checkVectors.ts';
import { sharedPricing } from './sharedFolder.ts';

const OWN = join(import.meta.dirname, 'madeUpVectors.json');
const SCRIPT = join(import.meta.dirname, '..', 'scripts', 'vectors.ts');
const run = (...args: string[]) => spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });

function check(path: string) {
  const read = readVectors(path);
  assert.ok('vectors' in read, 'fault' in read ? read.fault : '');
  const report = checkVectors(read.vectors, path);
  return { ...report, mismatches: report.sections.flatMap((section) => section.mismatches) };
}

/** Writes a changed copy of our own vectors, runs `use` on it, and removes it. */
function withFile(content: string, use: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
  try {
    const path = join(folder, 'vectors.json');
    writeFileSync(path, content);
    use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('equals a second implementation on made-up numbers', () => {
  const { mismatches, sections } = check(OWN);
  assert.deepEqual(mismatches, []);
  assert.ok(sections.every((section) => section.compared > 0));
});

test('equals the shared vectors, parameters and features from the real candles', (t) => {
  const shared = sharedPricing();
  if (shared === null) return t.skip('no shared folder');
  const { mismatches, sections } = check(join(shared, 'golden_vectors.json'));
  assert.deepEqual(mismatches, []);
  assert.deepEqual(
    sections.map((section) => section.name),
    ['cases', 'liquidationPrice', 'inverse', 'syntheticFeatures', 'rules', 'params', 'features from data'],
  );
});

test('names every value that differs, and nothing else', () => {
  const changed = readFileSync(OWN, 'utf8')
    .replace('"pMax": 0.15', '"pMax": 0.16')
    .replace(/"SH": [\d.]+/, '"SH": 1');
  withFile(changed, (path) => {
    assert.deepEqual(
      check(path).mismatches.map((mismatch) => mismatch.where),
      ['case 1.SH', 'rules.pMax'],
    );
  });
});

test('the script prints a table and exits 0 when all is equal', () => {
  const { status, stdout } = run(OWN);
  assert.equal(status, 0);
  assert.match(stdout, /cases \(9\) +63 compared +0 wrong/);
});

test('the script lists mismatches and exits 1', () => {
  withFile(readFileSync(OWN, 'utf8').replace(/"sigma": [\d.]+/, '"sigma": 0.5'), (path) => {
    const { status, stderr } = run(path);
    assert.equal(status, 1);
    assert.match(stderr, /^case 1\.sigma: expected 0\.5, computed 0\.\d+$/m);
  });
});

test('the script answers a missing or malformed file with one sentence', () => {
  const oneLine = (args: string[], said: RegExp): void => {
    const { status, stderr, stdout } = run(...args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr.trim(), said);
    assert.equal(stderr.trim().split('\n').length, 1);
  };
  oneLine([], /^Usage/);
  oneLine(['/nowhere/vectors.json'], /cannot be read \(ENOENT\)/);
  withFile('{"cases": [', (path) => oneLine([path], /is not JSON/));
  withFile('{"toleranceRel": 1e-9, "cases": [{"id": 1}]}', (path) =>
    oneLine([path], /is not a file of vectors: cases\.0/),
  );
  withFile('[]', (path) => oneLine([path], /is not a file of vectors/));
});
