import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { Claim } from '../domain/claim.ts';
import { claimColumns, toClaim, type ClaimRow } from './claimsRepo.ts';
import type { Db } from './platform/database.ts';

// A claim that is VERIFYING is its own job: next_attempt_at says from when on anybody may ask the verifier about it.

/** Of more claims that are due than this, the oldest are looked at for whose turn it is. */
const LOOKED_AT = 1_000;

/**
 * Takes claims that are due, oldest first but in turns between those to be paid, and puts their next attempt off until `untilMs`:
 * until then they are the taker's. Several processes take at once without meeting.
 */
export async function takeDueClaims(db: Db, nowMs: EpochMs, untilMs: EpochMs, limit: number): Promise<Claim[]> {
  const now = new Date(nowMs);
  const { rows } = await sql<ClaimRow>`
    with due as (
      select id, claimant, next_attempt_at from insurance_claims where next_attempt_at <= ${now} order by next_attempt_at limit ${LOOKED_AT}
    ), turns as (
      select id, next_attempt_at, row_number() over (partition by claimant order by next_attempt_at) as turn from due
    ), first as materialized (
      select id from turns order by turn, next_attempt_at limit ${limit}
    ), free as materialized (
      select c.id from insurance_claims c join first on first.id = c.id where c.next_attempt_at <= ${now} for update of c skip locked
    ), taken as (
      update insurance_claims c set next_attempt_at = ${new Date(untilMs)} from free where c.id = free.id returning c.*
    )
    select ${claimColumns}, p.attested from taken c join purchase_orders p on p.id = c.purchase_order_id`.execute(db);
  return rows.map(toClaim);
}

/** Makes claims that nobody asks about any more due at once. */
export async function giveBackClaims(db: Db, ids: readonly string[], nowMs: EpochMs): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update insurance_claims set next_attempt_at = ${new Date(nowMs)}
    where id = any(${[...ids]}::uuid[]) and next_attempt_at > ${new Date(nowMs)}`.execute(db);
}

/** How many claims wait for the verifier, and how long the oldest that is due has waited. */
export async function countDueClaims(db: Db, nowMs: EpochMs): Promise<{ waiting: number; oldestDueSeconds: number }> {
  const { rows } = await sql<{ waiting: string; oldest: Date | null }>`
    select count(*) as waiting, min(next_attempt_at) as oldest from insurance_claims where next_attempt_at is not null`.execute(
    db,
  );
  const oldest = rows[0]?.oldest?.getTime() ?? nowMs;
  return { waiting: Number(rows[0]?.waiting ?? 0), oldestDueSeconds: Math.max(0, nowMs - oldest) / 1000 };
}
