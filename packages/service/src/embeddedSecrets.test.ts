import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { embeddedSecrets } from './embeddedSecrets.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'liqpass-secrets-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('keys are made once, for their owner alone, and one that a later version adds is added', (t) => {
  const dataDir = folder(t);
  const path = join(dataDir, 'secrets.json');
  const first = embeddedSecrets(dataDir);
  assert.deepEqual(embeddedSecrets(dataDir), first);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const { auditKey, ...before } = first;
  assert.equal(auditKey.length, 43);
  writeFileSync(path, JSON.stringify({ ...before, ofALaterVersion: 'kept' }));
  const added = embeddedSecrets(dataDir);
  assert.deepEqual({ ...added, auditKey: '' }, { ...first, auditKey: '' });
  assert.equal((JSON.parse(readFileSync(path, 'utf8')) as { ofALaterVersion?: string }).ofALaterVersion, 'kept');
  assert.deepEqual(embeddedSecrets(dataDir), added);
  assert.deepEqual(readdirSync(dataDir), ['secrets.json']);
});

test('a file that is damaged stops the start: its keys are nobody’s to make anew', (t) => {
  const dataDir = folder(t);
  const made = embeddedSecrets(dataDir);
  for (const text of ['{', JSON.stringify({ ...made, adminApiKey: 'short' })]) {
    writeFileSync(join(dataDir, 'secrets.json'), text);
    assert.throws(() => embeddedSecrets(dataDir));
    assert.equal(readFileSync(join(dataDir, 'secrets.json'), 'utf8'), text);
  }
});

test('services that start at once read the same keys, new ones and added ones', async (t) => {
  const [services, rounds] = [4, 60];
  const dataDirs = Array.from({ length: rounds }, (_, round) => {
    const dataDir = folder(t);
    if (round % 2 === 1) {
      const { auditKey: _added, ...before } = embeddedSecrets(dataDir);
      writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(before));
    }
    return dataDir;
  });
  const module = pathToFileURL(join(import.meta.dirname, 'embeddedSecrets.ts')).href;
  // In each round nobody reads before all are there.
  const arrived = new Int32Array(new SharedArrayBuffer(4 * rounds));
  const source = `
    const { parentPort, workerData: { dataDirs, arrived, services } } = require('node:worker_threads');
    import(${JSON.stringify(module)}).then(({ embeddedSecrets }) =>
      parentPort.postMessage(dataDirs.map((dataDir, round) => {
        Atomics.add(arrived, round, 1);
        while (Atomics.load(arrived, round) < services);
        return embeddedSecrets(dataDir);
      })));`;
  const read = await Promise.all(
    Array.from(
      { length: services },
      () =>
        new Promise<unknown>((resolve, reject) => {
          const worker = new Worker(source, { eval: true, workerData: { dataDirs, arrived, services } });
          worker.once('message', resolve).once('error', reject);
        }),
    ),
  );
  const kept = dataDirs.map((dataDir) => embeddedSecrets(dataDir));
  for (const each of read) assert.deepEqual(each, kept);
  assert.equal(new Set(kept.map(({ auditKey }) => auditKey)).size, rounds);
});
