import { isApiError } from '@liqpass/api/apiClient';
import { getAttestationKeys, getEvidence } from '@liqpass/api/claimCalls';
import { getLiabilityPath, getOwnLog } from '@liqpass/api/logCalls';
import { getReserves } from '@liqpass/api/treasuryCalls';
import { formatIso } from '@liqpass/kernel/time';
import { logEntry, opening } from '@liqpass/log/entry';
import { parseVkey, type VerifierKey } from '@liqpass/log/note';
import { PROOF_FILE, type ProofFile } from '@liqpass/log/proofFile';
import { api } from '../data/api.ts';
import { serverNow } from '../data/serverTime.ts';
import { openLog, type OpenLog } from './openLog.ts';

/** The keys as this server publishes them: whoever wants to be sure has them from elsewhere. */
export type PublishedKeys = { readonly attestation: readonly string[]; readonly log: VerifierKey | null };

export async function publishedKeys(): Promise<PublishedKeys> {
  const { keys, log_vkeys: vkeys } = await getAttestationKeys(api);
  return { attestation: keys.map((key) => key.public_key), log: parseVkey(vkeys[0] ?? '') };
}

export type Gathered = {
  readonly file: ProofFile;
  readonly keys: PublishedKeys;
  /** Entries that the log has not published yet: they come within a second or two. */
  readonly pending: number;
};

/** Fetches all that proves an order: its evidence, its entries with their way up the tree, and what is owed on it. */
export async function gatherProof(order: { id: string; claimId: string | null }): Promise<Gathered> {
  // What is asked first is in the checkpoint that is fetched after it.
  const [keys, evidence, own] = await Promise.all([
    publishedKeys(),
    order.claimId === null ? null : unless('EVIDENCE_NOT_FOUND', getEvidence(api, order.claimId)),
    getOwnLog(api, order.id),
  ]);
  const liability = keys.log === null ? null : await gatherLiability(order.id, keys.log);
  const log = keys.log === null ? null : await openLog(keys.log);
  const entries = log === null ? [] : await proveEntries(log, own.items);
  return {
    file: {
      format: PROOF_FILE,
      order_id: order.id,
      made_at: formatIso(serverNow()),
      evidence,
      entries: entries.filter((proof) => proof !== null),
      liability,
    },
    keys,
    pending: log === null ? 0 : entries.filter((proof) => proof === null).length,
  };
}

/** What was asked for; null where the server refuses with this code. */
async function unless<T>(code: string, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isApiError(error) && error.code === code) return null;
    throw error;
  }
}

type OwnItems = Awaited<ReturnType<typeof getOwnLog>>['items'];
const proveEntries = (log: OpenLog, items: OwnItems): Promise<(string | null)[]> =>
  Promise.all(
    items.map(({ index, entry, opening: opened }) => log.prove(index, logEntry.parse(entry), opening.parse(opened))),
  );

/** The path of what is owed, with the entry that has its total; a new total may come between the two, then both are asked again. */
async function gatherLiability(orderId: string, key: VerifierKey): Promise<ProofFile['liability']> {
  for (let times = 0; times < 3; times += 1) {
    const path = await unless('LIABILITY_NOT_FOUND', getLiabilityPath(api, orderId));
    if (path === null) return null;
    const proof = await proveTotal(key, path.root);
    if (proof !== null) return { path, entry: proof.text };
  }
  return null;
}

/** The proof of the entry with the last total of what is owed; null where it is not the one with this root, or not published yet. */
export async function proveTotal(
  key: VerifierKey,
  root: string,
): Promise<{ readonly text: string; readonly index: number } | null> {
  const { liabilities } = await getReserves(api);
  if (liabilities === null || liabilities.root !== root) return null;
  const log = await openLog(key);
  const entry = (await log?.entryAt(liabilities.log_index)) ?? null;
  const text = entry === null ? null : ((await log?.prove(liabilities.log_index, entry, null)) ?? null);
  return text === null ? null : { text, index: liabilities.log_index };
}
