import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

/** The files that a file imports by path, types and those loaded later included. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    resolve(dirname(file), path),
  );

/** The first circle among files, as a list that ends where it begins; null where there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

test('no file imports itself by a circle, not even by what it loads later, which the linter does not follow', () => {
  const files = globSync('{apps,packages}/*/src/**/*.{ts,tsx}', { cwd: root }).map((file) => join(root, file));
  assert.ok(files.length > 300, 'the sources were not found');
  assert.deepEqual(findCircle(new Map(files.map((file) => [file, importsOf(file)]))), null);
  const planted = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['d', ['a']],
  ]);
  assert.deepEqual(findCircle(planted), ['a', 'b', 'd', 'a']);
});
