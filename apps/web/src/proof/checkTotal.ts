import type { Reserves } from '@liqpass/api/treasury';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { checkProof } from '@liqpass/log/checkProof';
import { proveTotal, publishedKeys } from './gatherProof.ts';

export type CheckedTotal =
  | {
      readonly problem: null;
      readonly index: number;
      readonly size: number;
      readonly origin: string;
      /** What the log has of the treasury at that moment; null where nobody watched it. */
      readonly balance: string | null;
      readonly block: number | null;
    }
  | { readonly problem: string };

/** Whether the total that a page shows stands in the log, under the log's signature; computed in this browser. */
export async function checkTotal(shown: NonNullable<Reserves['liabilities']>): Promise<CheckedTotal> {
  const { log } = await publishedKeys();
  if (log === null) return { problem: 'this server publishes no key of a log' };
  const proof = await proveTotal(log, shown.root);
  if (proof === null) return { problem: 'the log has another total by now, or not this one: load the page again' };
  const found = checkProof(proof.text, log);
  if (!found.holds) return { problem: found.detail };
  const { entry, index, checkpoint } = found;
  if (entry.type !== 'liabilities') return { problem: `entry ${index} is no total of what is owed` };
  const { root, total, count, at, balance, block } = entry;
  const { log_index: _index, ...said } = shown;
  return canonicalJson({ root, total, count, at }) === canonicalJson(said)
    ? { problem: null, index, size: checkpoint.size, origin: checkpoint.origin, balance, block }
    : { problem: `entry ${index} of the log says something else than this page` };
}
