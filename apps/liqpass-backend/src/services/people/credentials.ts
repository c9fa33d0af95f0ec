import { LiqPassError } from '@liqpass/api/errors';
import type { SealingKeyAnswer } from '@liqpass/api/exchangeKeys';
import { MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { OkxRegion } from '@liqpass/kernel/vocabulary';
import { randomUUID } from 'node:crypto';
import { SYSTEM, type Actor } from '../../db/audit/auditRepo.ts';
import * as repo from '../../db/people/credentialsRepo.ts';
import type { PeopleContext } from './peopleContext.ts';
import { entryOf } from '../audit/entryOf.ts';

/** Keys a wallet may keep at once. */
const MOST_CREDENTIALS = 20;

const entry = entryOf('credential');

/** jp-verify's public key changes with its rotation, which is rare; two keys are live while it does. */
const SEALING_KEY_MS = MINUTE_MS;
const sealingKeys = new WeakMap<PeopleContext, { readonly key: SealingKeyAnswer; readonly untilMs: EpochMs }>();

/** The key that exchange keys are sealed to. */
export async function readSealingKey(ctx: PeopleContext): Promise<SealingKeyAnswer> {
  const kept = sealingKeys.get(ctx);
  if (kept && ctx.clock.now() < kept.untilMs) return kept.key;
  const key = await ctx.exchangeKeys.sealingKey();
  sealingKeys.set(ctx, { key, untilMs: ctx.clock.now() + SEALING_KEY_MS });
  return key;
}

const tooManyKeys = (): LiqPassError =>
  new LiqPassError('TOO_MANY_REQUESTS', `A wallet keeps at most ${MOST_CREDENTIALS} keys: delete one first.`);

/** Takes a sealed key after jp-verify has asked the exchange whose it is and that it only reads. */
export async function registerCredential(
  ctx: PeopleContext,
  given: { sealed: string; region: OkxRegion; label: string },
  owner: string,
  actor: Actor,
): Promise<repo.Credential> {
  const nowMs = ctx.clock.now();
  if ((await repo.listCredentials(ctx.db, owner, nowMs)).length >= MOST_CREDENTIALS) throw tooManyKeys();
  const found = await ctx.exchangeKeys.check({ sealed: given.sealed, owner });
  if (found.region !== given.region)
    throw new LiqPassError(
      'KEY_WRONG_REGION',
      `The key was sealed for the region ${found.region}, not ${given.region}.`,
    );
  const credential = {
    id: randomUUID(),
    owner,
    sealed: given.sealed,
    keyId: found.keyId,
    region: found.region,
    label: given.label,
    uid: found.uid,
    mainUid: found.mainUid,
  };
  const kept = await ctx.db
    .transaction()
    .execute((trx) => repo.insertCredential(trx, credential, MOST_CREDENTIALS, entry(ctx, actor, 'register')));
  if (!kept) throw tooManyKeys();
  return { ...credential, createdAtMs: nowMs, neededUntilMs: null };
}

export const listCredentials = (ctx: PeopleContext, owner: string): Promise<repo.Credential[]> =>
  repo.listCredentials(ctx.db, owner, ctx.clock.now());

/** A wallet's key; 404 for anybody else's. */
export async function readCredential(ctx: PeopleContext, id: string, owner: string): Promise<repo.Credential> {
  const credential = await repo.getCredential(ctx.db, id, owner, ctx.clock.now());
  if (!credential) throw new LiqPassError('CREDENTIAL_NOT_FOUND', `You have no exchange key ${id}.`);
  return credential;
}

/** Deletes a key at once where no live cover needs it, else when that cover ends. */
export async function deleteCredential(
  ctx: PeopleContext,
  id: string,
  owner: string,
  actor: Actor,
): Promise<{ deletedAtMs: EpochMs | null; deletesAtMs: EpochMs | null }> {
  const { neededUntilMs } = await readCredential(ctx, id, owner);
  const wanted = entry(ctx, actor, 'delete');
  const done = await repo.deleteCredential(ctx.db, id, owner, wanted);
  if (!done) throw new LiqPassError('CREDENTIAL_NOT_FOUND', `You have no exchange key ${id}.`);
  return done.deleted
    ? { deletedAtMs: wanted.atMs, deletesAtMs: null }
    : { deletedAtMs: null, deletesAtMs: neededUntilMs ?? wanted.atMs };
}

/** Deletes the keys whose owners asked for it, once the covers that needed them have ended. */
export async function deleteUnneededCredentials(ctx: PeopleContext): Promise<void> {
  const count = await repo.deleteUnneededCredentials(
    ctx.db,
    entry(ctx, SYSTEM, 'delete', { why: 'its owner asked for it, and the cover that needed it is over' }),
  );
  if (count > 0) ctx.log.info({ credentials: count }, 'exchange keys were deleted as their owners asked');
}
