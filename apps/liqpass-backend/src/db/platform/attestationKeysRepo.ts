import type { EpochMs } from '@liqpass/kernel/time';
import type { Db } from './database.ts';

/** A public key that a verifier signed with once: its id, and the key as base64url. */
export type KnownKey = { readonly keyId: string; readonly publicKey: string };

/** Every key that this verifier (by its address) ever published, the first first. */
export async function listAttestationKeys(db: Db, verifier: string): Promise<KnownKey[]> {
  const rows = await db
    .selectFrom('attestation_keys')
    .select(['key_id', 'public_key'])
    .where('verifier', '=', verifier)
    .orderBy('first_seen_at')
    .orderBy('key_id')
    .execute();
  return rows.map((row) => ({ keyId: row.key_id, publicKey: row.public_key }));
}

/** Keeps keys; those that are known already stay as they are. */
export async function keepAttestationKeys(
  db: Db,
  verifier: string,
  keys: readonly KnownKey[],
  atMs: EpochMs,
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .insertInto('attestation_keys')
    .values(
      keys.map(({ keyId, publicKey }) => ({
        verifier,
        key_id: keyId,
        public_key: publicKey,
        first_seen_at: new Date(atMs),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
