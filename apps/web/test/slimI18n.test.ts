import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { i18n } from 'i18next';
import { slimClasses } from '../scripts/slimI18n.ts';

const I18NEXT = join(import.meta.dirname, '../../../node_modules/i18next/dist/esm/i18next.js');
const texts = join(import.meta.dirname, '../src/locales');

test('the slimmed i18next says what the whole one says, and switches language', async () => {
  const slim = slimClasses(await readFile(I18NEXT, 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'liqpass-slim-'));
  try {
    const file = join(folder, 'i18next.mjs');
    await writeFile(file, slim);
    const said = async (library: string): Promise<string[]> => {
      const { default: base } = (await import(library)) as { default: i18n };
      const made = base.createInstance();
      await made.init({
        lng: 'en',
        fallbackLng: false,
        resources: {},
        ns: ['common'],
        defaultNS: 'common',
        pluralSeparator: '~',
        contextSeparator: '~',
      });
      for (const lng of ['en', 'zh'])
        for (const ns of ['common', 'trader'])
          made.addResourceBundle(lng, ns, JSON.parse(await readFile(join(texts, lng, `${ns}.json`), 'utf8')));
      const lines = (): string[] => [
        made.t('front.title'),
        made.t('price.away', { percent: '4%' }),
        made.t('trader:claim.attempt', { count: 1 }),
        made.t('trader:claim.attempt', { count: 7 }),
        made.t('no.such.key'),
      ];
      const english = lines();
      await made.changeLanguage('zh');
      return [...english, ...lines()];
    };
    const [whole, slimmed] = [await said(I18NEXT), await said(file)];
    assert.deepEqual(slimmed, whole);
    assert.ok(whole.includes('仓位被 OKX 强平，我们来赔。'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('no text asks for a format or for another text, which the slimmed i18next does not know', async () => {
  for (const lng of ['en', 'zh'])
    for (const ns of ['common', 'trader', 'admin', 'errors', 'checks'])
      assert.doesNotMatch(await readFile(join(texts, lng, `${ns}.json`), 'utf8'), /\{\{[^}]*,|\$t\(/);
});

test('an i18next built differently is noticed', () => {
  assert.throws(() => slimClasses('export const t = 1;'), /built differently/);
});
