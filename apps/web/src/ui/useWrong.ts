import type { Wrong } from '@liqpass/api/pasted';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorTexts } from './ErrorNote.tsx';

/** The sentence for what is wrong with a pasted text, by what is there; undefined for nothing. The texts come when one is wanted. */
export function useWrong(): (wrong: Wrong | null) => string | undefined {
  const [wanted, setWanted] = useState(false);
  const te = useErrorTexts(wanted);
  const { i18n } = useTranslation();
  return (wrong) => {
    if (wrong === null) return undefined;
    if (!wanted) queueMicrotask(() => setWanted(true));
    if (!i18n.hasResourceBundle(i18n.language, 'errors')) return undefined;
    return te(`pasted.${wrong.wrong}`, { found: wrong.found, need: wrong.need });
  };
}
