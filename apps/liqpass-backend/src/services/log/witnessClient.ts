import { fromBase64, toBase64 } from '@liqpass/log/base64';
import { parseCheckpointText } from '@liqpass/log/checkpoint';
import { checkSignature, parseNote, type VerifierKey } from '@liqpass/log/note';
import { formatAddCheckpoint } from '@liqpass/log/witness';
import { boundedFetch } from '@liqpass/service/boundedFetch';

const TIMEOUT_MS = 5_000;
const LARGEST_ANSWER = 20_000;
/** It may send anything. */
const askWitness = boundedFetch({ timeoutMs: TIMEOUT_MS, mostBytes: LARGEST_ANSWER });

/** Proves that the tree of `oldSize` entries goes on in the one of `newSize`. */
export type ProveGrowth = (oldSize: number, newSize: number) => Promise<readonly Uint8Array[]>;

/**
 * Shows a checkpoint to a witness (C2SP tlog-witness) and answers with its cosignature line, checked; null where it gave none.
 * A witness that has seen another size says so, and is shown the growth from there.
 */
export async function cosign(
  witness: { readonly key: VerifierKey; readonly url: string },
  note: string,
  prove: ProveGrowth,
): Promise<string | null> {
  const text = parseNote(note)?.text;
  const size = text === undefined ? undefined : parseCheckpointText(text)?.size;
  if (text === undefined || size === undefined) return null;
  const ask = async (oldSize: number): Promise<Response> =>
    askWitness(`${witness.url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: formatAddCheckpoint(oldSize, (await prove(oldSize, size)).map(toBase64), note),
    });
  let answer = await ask(0);
  if (answer.status === 409) {
    const seen = Number((await answer.text()).trim());
    if (!Number.isSafeInteger(seen) || seen < 0 || seen > size) return null;
    answer = await ask(seen);
  }
  const lines = await answer.text();
  if (answer.status !== 200 || lines.length > LARGEST_ANSWER) return null;
  const line = lines
    .split('\n')
    .find((each) => each.startsWith(`— ${witness.key.name} `) && fromBase64(each.split(' ')[2] ?? '') !== null);
  const cosigned = line === undefined ? null : parseNote(`${text}\n${line}\n`);
  return line !== undefined && cosigned !== null && checkSignature(cosigned, witness.key) === 'good'
    ? `${line}\n`
    : null;
}
