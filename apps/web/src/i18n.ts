import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import type common from './locales/en/common.json';
import type admin from './locales/en/admin.json';
import type checks from './locales/en/checks.json';
import type errors from './locales/en/errors.json';
import type proof from './locales/en/proof.json';
import type shared from './locales/en/shared.json';
import type telling from './locales/en/telling.json';
import type trader from './locales/en/trader.json';
import type treasury from './locales/en/treasury.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    // Codes are keys, and codes have underscores in them.
    contextSeparator: '~';
    pluralSeparator: '~';
    resources: {
      common: typeof common;
      trader: typeof trader;
      admin: typeof admin;
      errors: typeof errors;
      checks: typeof checks;
      proof: typeof proof;
      shared: typeof shared;
      treasury: typeof treasury;
      telling: typeof telling;
    };
  }
}

export type Lng = 'en' | 'zh';
export type Namespace =
  | 'common'
  | 'trader'
  | 'admin'
  | 'errors'
  | 'checks'
  | 'proof'
  | 'shared'
  | 'treasury'
  | 'telling';
const files = import.meta.glob<Record<string, unknown>>('./locales/*/*.json', { import: 'default' });

/** Loads a namespace in the current language, once. */
export const loadNamespace = (ns: Namespace): Promise<void> => loadWords(ns, currentLng());

async function loadWords(ns: string, lng: Lng): Promise<void> {
  if (i18n.hasResourceBundle(lng, ns)) return;
  const load = files[`./locales/${lng}/${ns}.json`];
  if (load) i18n.addResourceBundle(lng, ns, await load());
}

export const currentLng = (): Lng => (i18n.language === 'zh' ? 'zh' : 'en');

/** Starts in the language that boot.js chose. */
export async function startI18n(...namespaces: Namespace[]): Promise<void> {
  const lng: Lng = document.documentElement.dataset.lng === 'zh' ? 'zh' : 'en';
  await i18n.use(initReactI18next).init({
    lng,
    fallbackLng: false,
    defaultNS: 'common',
    ns: ['common'],
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false, bindI18nStore: 'added' },
    returnNull: false,
    contextSeparator: '~',
    pluralSeparator: '~',
  });
  await Promise.all((['common', ...namespaces] as const).map((ns) => loadNamespace(ns)));
}

/** Switches the language in place; what is on the screen stays. */
export async function chooseLng(lng: Lng): Promise<void> {
  const loaded = Object.keys(i18n.getDataByLanguage(i18n.language) ?? {});
  await Promise.all(loaded.map((ns) => loadWords(ns, lng)));
  await i18n.changeLanguage(lng);
  document.documentElement.lang = lng === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset.lng = lng;
  try {
    localStorage.setItem('lp.lng', lng);
  } catch {
    // Storage may be blocked: the choice then holds for this page only.
  }
}
