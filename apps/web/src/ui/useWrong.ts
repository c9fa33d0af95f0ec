import type { Wrong } from '@liqpass/api/pasted';
import { useErrorTexts } from './ErrorNote.tsx';

/** The sentence for what is wrong with a pasted text, by what is there; undefined for nothing. */
export function useWrong(): (wrong: Wrong | null) => string | undefined {
  const te = useErrorTexts();
  return (wrong) =>
    wrong === null ? undefined : te(`pasted.${wrong.wrong}`, { found: wrong.found, need: wrong.need });
}
