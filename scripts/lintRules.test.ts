import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

const ABOVE = [
  ['platform', 'audit'],
  ['audit', 'people'],
  ['people', 'book'],
  ['book', 'hall'],
  ['hall', 'treasury'],
  ['treasury', 'watch'],
  ['watch', 'log'],
] as const;

/** One offender for each rule of the house: where it is planted, what it says, and the rule that must refuse it. */
const OFFENDERS: [path: string, source: string, rule: string][] = [
  ['packages/kernel/src/planted.ts', `import { z } from 'zod';\nexport const planted = z;\n`, 'no-restricted-imports'],
  [
    'packages/api/src/planted.ts',
    `import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n`,
    'no-restricted-imports',
  ],
  [
    'packages/chain/src/planted.ts',
    `import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n`,
    'no-restricted-imports',
  ],
  [
    'packages/api/src/planted.ts',
    `import { buildServer } from '@liqpass/service/server';\nexport const planted = buildServer;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/liqpass-backend/src/domain/planted.ts',
    `export const planted = (): number => Date.now();\n`,
    'no-restricted-properties',
  ],
  [
    'apps/liqpass-backend/src/domain/planted.ts',
    `export const planted = (): number => Math.random();\n`,
    'no-restricted-properties',
  ],
  [
    'apps/liqpass-backend/src/domain/planted.ts',
    `import { sql } from 'kysely';\nexport const planted = sql;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/liqpass-backend/src/domain/planted.ts',
    `import { fileClaim } from '../services/claims.ts';\nexport const planted = fileClaim;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/liqpass-backend/src/db/planted.ts',
    `import { fileClaim } from '../services/claims.ts';\nexport const planted = fileClaim;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/liqpass-backend/src/routes/planted.ts',
    `import { sql } from 'kysely';\nexport const planted = sql;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/jp-verify/src/planted.ts',
    `import { buildApp } from '@liqpass/backend/app';\nexport const planted = buildApp;\n`,
    'no-restricted-imports',
  ],
  [
    'apps/jp-verify/src/planted.ts',
    `export const planted = (): Promise<Response> => fetch('http://127.0.0.1');\n`,
    'no-restricted-globals',
  ],
  ['apps/jp-verify/src/planted.ts', `export const planted = process.env['PATH'];\n`, 'no-process-env'],
  [
    'apps/jp-verify/src/planted.ts',
    `const later = async (): Promise<void> => undefined;\nexport function planted(): void {\n  later();\n}\n`,
    'no-floating-promises',
  ],
  ['apps/jp-verify/src/planted.ts', `export const planted = (value: any): unknown => value;\n`, 'no-explicit-any'],
  [
    'apps/jp-verify/src/planted.ts',
    `export const planted = (list: number[]): number => list[0]!;\n`,
    'no-non-null-assertion',
  ],
  [
    'apps/jp-verify/src/planted.ts',
    `export function planted(side: 'long' | 'short'): number {\n  switch (side) {\n    case 'long':\n      return 1;\n  }\n  return 0;\n}\n`,
    'switch-exhaustiveness-check',
  ],
  // Each room with the one above it, whatever the layer; those to come are held from their first file on.
  ...ABOVE.map(([room, above]): [string, string, string] => [
    `apps/liqpass-backend/src/services/${room === 'hall' ? '' : `${room}/`}planted.ts`,
    `export { planted } from '${room === 'hall' ? '../db' : '../../db'}/${above === 'hall' ? '' : `${above}/`}planted.ts';\n`,
    'rooms(order)',
  ]),
  [
    'apps/liqpass-backend/src/routes/people/planted.ts',
    `export type Planted = import('../wireFormat.ts').Wire;\n`,
    'rooms(order)',
  ],
  [
    'apps/liqpass-backend/src/jobs/book/planted.ts',
    `export const planted = (): unknown => import('../queue.ts');\n`,
    'rooms(order)',
  ],
  [
    'apps/liqpass-backend/src/services/people/planted.ts',
    `import type { Context } from '../context.ts';\nexport type Planted = Context;\n`,
    'rooms(order)',
  ],
  ['apps/liqpass-backend/src/services/cellar/planted.ts', `export const planted = 1;\n`, 'rooms(order)'],
  [
    'apps/jp-verify/src/planted.ts',
    `import type { Other } from './plantedOther.ts';\nexport type Planted = Other | null;\n`,
    'no-cycle',
  ],
];

test('the linter refuses what the house forbids, each rule by its offender', () => {
  const files = OFFENDERS.map(([path], index) => join(root, path.replace('planted.ts', `planted${index}.ts`)));
  const other = join(root, 'apps/jp-verify/src/plantedOther.ts');
  const made: string[] = [];
  try {
    OFFENDERS.forEach(([, source], index) => {
      const file = files[index] ?? '';
      const first = mkdirSync(dirname(file), { recursive: true });
      if (first !== undefined) made.push(first);
      writeFileSync(file, source);
    });
    writeFileSync(
      other,
      `import type { Planted } from './planted${OFFENDERS.length - 1}.ts';\nexport type Other = Planted[];\n`,
    );
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--format=unix', ...files],
      { cwd: root, encoding: 'utf8' },
    );
    OFFENDERS.forEach(([path, source, rule], index) => {
      const found = stdout.split('\n').filter((line) => line.includes(`/planted${index}.ts:`));
      assert.ok(
        found.some((line) => line.includes(rule)),
        `${path} should have been refused by ${rule}:\n${source}\n${found.join('\n')}`,
      );
    });
  } finally {
    for (const file of [...files, other]) rmSync(file, { force: true });
    for (const folder of made) rmdirSync(folder);
  }
});
