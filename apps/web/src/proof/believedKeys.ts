import { parseVkey } from '@liqpass/log/note';
import { publishedKeys } from './gatherProof.ts';
import type { Believed } from './judgeProof.ts';

/** The keys that were typed in; for one that was not, what this server publishes. What is typed and is no key is believed in nothing. */
export async function believedKeys(vkey: string, verdictKeys: string): Promise<Believed> {
  const published = vkey === '' || verdictKeys === '' ? await publishedKeys() : null;
  return {
    log: vkey === '' ? (published?.log ?? null) : parseVkey(vkey),
    attestation:
      verdictKeys === ''
        ? (published?.attestation ?? [])
        : verdictKeys
            .split(',')
            .map((key) => key.trim())
            .filter((key) => key !== ''),
  };
}
