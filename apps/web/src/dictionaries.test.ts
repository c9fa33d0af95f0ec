import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '@liqpass/api/errors';
import { WRONGS } from '@liqpass/api/pasted';
import { ORDER_NUMBER_DOUBTS } from '@liqpass/kernel/orderNumber';
import {
  CHANNEL_FAILURES,
  CHANNEL_KINDS,
  CHECK_CODES,
  CHECK_RESULTS,
  CLAIM_RELATIONS,
  COVER_LINKS,
  CLAIM_STATUSES,
  ELIGIBILITY_REFUSALS,
  EXPOSURE_LIMITS,
  HOLD_REASONS,
  PAYEE_DOUBTS,
  OKX_REGIONS,
  OPERATOR_ROLES,
  PURCHASE_ORDER_STATUSES,
  QUOTE_REFUSALS,
  REFUND_REASONS,
  REJECTION_CODES,
  SALES_STOP_REASONS,
  SIDES,
  SNAPSHOT_REASONS,
  TIMELINE_KINDS,
  TOLD_EVENTS,
  VERDICT_REASONS,
  VERDICTS,
  WATCH_CHANGE_KINDS,
  WATCH_ENDS,
  WATCH_STATES,
} from '@liqpass/kernel/vocabulary';
import { FACT_NAMES } from './ui/checkFacts.ts';

const here = import.meta.dirname;
const LANGUAGES = ['en', 'zh'] as const;
const NAMESPACES = ['common', 'trader', 'admin', 'errors', 'checks', 'proof', 'shared', 'treasury', 'telling'] as const;
type Language = (typeof LANGUAGES)[number];
type Namespace = (typeof NAMESPACES)[number];

/** Every text by its full key: "trader:buy.title". */
function texts(lng: Language): Map<string, string> {
  const out = new Map<string, string>();
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') out.set(key, value);
    else if (typeof value === 'object' && value !== null)
      for (const [name, child] of Object.entries(value)) walk(child, key.endsWith(':') ? key + name : `${key}.${name}`);
    else assert.fail(`${lng} ${key} is no text`);
  };
  for (const ns of NAMESPACES)
    walk(JSON.parse(readFileSync(join(here, `locales/${lng}/${ns}.json`), 'utf8')), `${ns}:`);
  return out;
}
const en = texts('en');
const zh = texts('zh');

test('both languages have the same keys, and no text is empty', () => {
  assert.deepEqual([...zh.keys()].toSorted(), [...en.keys()].toSorted());
  for (const [key, text] of [...en, ...zh]) assert.ok(text.trim() !== '', key);
});

test('a text takes the same values in both languages', () => {
  const values = (text: string | undefined): string[] =>
    [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? '').toSorted();
  for (const [key, text] of en) assert.deepEqual(values(zh.get(key)), values(text), key);
});

test('Chinese texts are Chinese', () => {
  const names = new Set([
    'checks:check.KEY_READ_ONLY.policy',
    'trader:key.api_key',
    'trader:key.secret',
    'admin:settings.token',
  ]);
  for (const [key, text] of zh)
    if (!names.has(key) && /[a-z]{4}/i.test(text) && !/\p{Script=Han}/u.test(text) && !/\{\{/.test(text))
      assert.fail(`${key}: ${text}`);
});

test('no text names a chain: which one it is, is this installation’s to say', () => {
  for (const [key, text] of [...en, ...zh]) assert.doesNotMatch(text, /\bBase\b/, `${key}: ${text}`);
  for (const key of ['local.wallet_wrong_chain', 'local.wallet_no_switch', 'code.CHAIN_NOT_SUPPORTED'])
    assert.match(en.get(`errors:${key}`) ?? '', /\{\{network\}\}/);
});

const WORDS: readonly (readonly [Namespace, string, readonly string[], string?])[] = [
  ['errors', 'code', ERROR_CODES],
  ['errors', 'quote', QUOTE_REFUSALS],
  ['errors', 'insurable', [...ELIGIBILITY_REFUSALS, ...SNAPSHOT_REASONS]],
  ['errors', 'sales', SALES_STOP_REASONS],
  ['errors', 'limit', EXPOSURE_LIMITS],
  ['errors', 'pasted', WRONGS],
  ['checks', 'check', CHECK_CODES, '.title'],
  ['checks', 'check', CHECK_CODES, '.why'],
  ['checks', 'check', CHECK_CODES, '.policy'],
  ['checks', 'result', CHECK_RESULTS],
  ['checks', 'verdict', VERDICTS],
  ['checks', 'reason', VERDICT_REASONS],
  ['checks', 'rejection', REJECTION_CODES],
  ['checks', 'fact', FACT_NAMES],
  ['checks', 'flag', HOLD_REASONS],
  ['checks', 'payee', PAYEE_DOUBTS],
  ['common', 'sales_stop', SALES_STOP_REASONS],
  ['errors', 'sales_return', SALES_STOP_REASONS],
  ['shared', 'order_status', PURCHASE_ORDER_STATUSES],
  ['shared', 'claim_status', CLAIM_STATUSES],
  ['trader', 'side', SIDES],
  ['trader', 'bind.doubt', ORDER_NUMBER_DOUBTS],
  ['trader', 'region', OKX_REGIONS],
  ['trader', 'refund', REFUND_REASONS],
  ['trader', 'watch.state', WATCH_STATES],
  ['trader', 'watch.ended', WATCH_ENDS],
  ['trader', 'watch.change', WATCH_CHANGE_KINDS],
  ['checks', 'watch.change', WATCH_CHANGE_KINDS],
  ['telling', 'kind', CHANNEL_KINDS],
  ['telling', 'failure', CHANNEL_FAILURES],
  ['telling', 'event', TOLD_EVENTS],
  ['admin', 'side', SIDES],
  ['admin', 'doubt', ORDER_NUMBER_DOUBTS],
  ['admin', 'refund', REFUND_REASONS],
  ['admin', 'role', OPERATOR_ROLES],
  ['admin', 'timeline', TIMELINE_KINDS],
  ['admin', 'relation', CLAIM_RELATIONS],
  ['admin', 'hedges.link', COVER_LINKS],
];
for (const [ns, group, codes, end = ''] of WORDS)
  test(`each word has its text in both languages: ${ns}:${group}${end}`, () => {
    for (const code of codes)
      for (const [lng, dictionary] of [
        ['en', en],
        ['zh', zh],
      ] as const)
        assert.ok(dictionary.has(`${ns}:${group}.${code}${end}`), `${lng} ${ns}:${group}.${code}${end}`);
  });

test('every text is used, and every key that is asked for is there', () => {
  const sources = globSync('**/*.{ts,tsx}', { cwd: here, exclude: (name) => /\.test\.ts$|\.gen\.ts$/.test(name) })
    .map((file) => readFileSync(join(here, file), 'utf8'))
    .join('\n');
  const named = (pattern: RegExp): string[] => [...sources.matchAll(pattern)].map((match) => match[1] ?? '');
  const asked = new Set([...named(/\bt[a-z]?\(\s*['`]([\w.$~{}\s]+?)['`]/g), ...named(/`([a-z_.]+\.\$\{\w+\})`/g)]);
  const patterns = [...asked].map((key) => new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '.+')}$`));
  // Keys of a list that is walked ("exclusions.${key}") fit a pattern; messages of forms are named in the schema.
  const keys = [...en.keys()].map((key) => key.replace(/^\w+:/, '').replace(/~\w+$/, ''));
  const unused = keys.filter((key) => !patterns.some((pattern) => pattern.test(key)) && !sources.includes(`'${key}'`));
  assert.deepEqual(unused, []);
  for (const key of asked) if (!key.includes('$')) assert.ok(keys.includes(key), `${key} is asked for and not there`);
});

test('a text that is looked for in the browser is there, also by what is run only now and then', () => {
  const root = join(here, '../../..');
  const key = new RegExp(`'((?:${NAMESPACES.join('|')}):[\\w.~]+)'`, 'g');
  const files = globSync('{e2e,bench}/**/*.ts', { cwd: root });
  const asked = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(key)].map(([, each = '']) => `${file} ${each}`),
  );
  assert.ok(asked.length > 100);
  assert.deepEqual(
    asked.filter((each) => !en.has(each.slice(each.lastIndexOf(' ') + 1))),
    [],
  );
});
