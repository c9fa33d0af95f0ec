import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesRead, slimClasses } from '../scripts/slimZod.ts';

const zod = await readFile(join(import.meta.dirname, '../../../node_modules/zod/v4/classic/schemas.js'), 'utf8');
/** Methods defined in the classes' third argument, by name. */
const methods = (source: string): Set<string> =>
  new Set([...source.matchAll(/^ {4}(?:async )?(\w+)\([^)]*\) \{$/gm)].map((match) => match[1] ?? ''));

test('the slimmed zod keeps every method that our sources name, and drops what nobody does', async () => {
  const names = await namesRead();
  const before = methods(zod);
  const after = methods(slimClasses(zod, names));
  for (const name of before) if (names.has(name)) assert.ok(after.has(name), name);
  for (const name of ['refine', 'nullable', 'safeParse', 'check', 'clone']) assert.ok(after.has(name), name);
  for (const name of ['cidrv4', 'emoji', 'toJSONSchema']) assert.ok(before.has(name) && !after.has(name), name);
});

test('a zod built differently is noticed', () => {
  assert.throws(() => slimClasses('export const z = 1;', new Set()), /built differently/);
});
