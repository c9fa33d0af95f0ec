import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CLAIM_STATUSES,
  HOLD_REASONS,
  PAYOUT_KINDS,
  PAYOUT_STATUSES,
  PURCHASE_ORDER_STATUSES,
  REFUND_REASONS,
  REJECTION_CODES,
  VERDICT_REASONS,
  VERDICTS,
} from '@liqpass/kernel/vocabulary';
import { CLAIM_STEPS, MAX_ATTEMPTS } from '../apps/liqpass-backend/src/domain/claim.ts';
import { holdReasons } from '../apps/liqpass-backend/src/domain/hold.ts';
import { PAYOUT_STEPS } from '../apps/liqpass-backend/src/domain/treasury/payout.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/states.md'), 'utf8');

/** The cells of the table under a heading, without its head, backticks taken off. */
function tableUnder(heading: string): string[][] {
  const section = page.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]?.split(/^#/m, 1)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}
const firstColumn = (heading: string): string[] => tableUnder(heading).map(([cell = '']) => cell);

test('docs/states.md describes exactly the statuses there are', () => {
  assert.deepEqual(firstColumn('Purchase orders'), [...PURCHASE_ORDER_STATUSES]);
  assert.deepEqual(firstColumn('Claims'), [...CLAIM_STATUSES]);
  assert.deepEqual(firstColumn('Payouts'), [...PAYOUT_KINDS]);
  assert.deepEqual(firstColumn('Statuses of a payout'), [...PAYOUT_STATUSES]);
});

test('docs/states.md says for every reason of a refund when it holds', () => {
  assert.deepEqual(firstColumn('What a payment buys').toSorted(), [...REFUND_REASONS].toSorted());
});

/** The steps of a table, and those that the rules allow: as "from -> to". */
const stepsUnder = (heading: string): string[] =>
  tableUnder(heading)
    .map(([from = '', to = '']) => `${from} -> ${to}`)
    .filter((step) => !step.startsWith('–'))
    .toSorted();
const stepsOf = (steps: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(steps)
    .flatMap(([from, all]) => all.map((to) => `${from} -> ${to}`))
    .toSorted();

test('docs/states.md lists exactly the steps that a claim and a payout may take', () => {
  assert.deepEqual(stepsUnder('Steps of a claim'), stepsOf(CLAIM_STEPS));
  assert.deepEqual(stepsUnder('Steps of a payout'), stepsOf(PAYOUT_STEPS));
});

test('docs/states.md explains every verdict, reason, flag and code, and no word that is gone', () => {
  const words = new Set([...page.matchAll(/`([A-Z][A-Z_]{2,})`/g)].map(([, word = '']) => word));
  for (const word of [...VERDICTS, ...REFUND_REASONS, ...REJECTION_CODES, ...HOLD_REASONS])
    assert.ok(words.has(word), `${word} is not in docs/states.md`);
  assert.deepEqual(firstColumn('Reasons'), [...VERDICT_REASONS]);
  for (const [word = '', , holds] of tableUnder('Holds'))
    assert.equal(
      holds,
      holdReasons([word], { binding: null, waitingCheck: null }).length > 0 ? 'yes' : 'no',
      `whether ${word} holds a claim`,
    );
  assert.deepEqual(firstColumn('Holds'), [...HOLD_REASONS]);
  assert.equal(MAX_ATTEMPTS, 10, 'the page says ten attempts');
});
