import { notABundle } from './recheck.ts';
import { recheckFile, type FileRecheck } from './recheckFile.ts';

/** Re-checks what a file holds, from its text. Whatever the text is, it answers. */
export function recheckText(text: string, expected: readonly string[] | null = null): FileRecheck {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is no JSON';
    return { ...notABundle(why), signature: null, uncovered: [] };
  }
  return recheckFile(file, expected);
}
