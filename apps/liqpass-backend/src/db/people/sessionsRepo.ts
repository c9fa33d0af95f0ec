import type { EpochMs } from '@liqpass/kernel/time';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

/** What a wallet was asked to sign. */
export type SignInMessage = {
  readonly nonce: string;
  readonly address: string;
  readonly chainId: number;
  readonly message: string;
  /** The payout address to sign for, and whose; null for a sign-in. */
  readonly payout: { readonly purchaseOrderId: string; readonly address: string } | null;
  readonly createdAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
};

export async function insertSignInMessage(db: Db, message: SignInMessage): Promise<void> {
  await db
    .insertInto('sign_in_messages')
    .values({
      nonce: message.nonce,
      address: message.address,
      chain_id: message.chainId,
      message: message.message,
      purchase_order_id: message.payout?.purchaseOrderId ?? null,
      payout_address: message.payout?.address ?? null,
      created_at: new Date(message.createdAtMs),
      expires_at: new Date(message.expiresAtMs),
      used_at: null,
    })
    .execute();
}

/** The message of a nonce, and whether it was taken already. */
export async function getSignInMessage(db: Db, nonce: string): Promise<(SignInMessage & { used: boolean }) | null> {
  const row = await db.selectFrom('sign_in_messages').selectAll().where('nonce', '=', nonce).executeTakeFirst();
  if (!row) return null;
  return {
    nonce: row.nonce,
    address: row.address,
    chainId: row.chain_id,
    message: row.message,
    payout:
      row.purchase_order_id !== null && row.payout_address !== null
        ? { purchaseOrderId: row.purchase_order_id, address: row.payout_address }
        : null,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    used: row.used_at !== null,
  };
}

export type NewSession = {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly address: string;
  /** Whether the chain said that the wallet signed: a contract's word, not a key's. */
  readonly byChain: boolean;
  readonly expiresAtMs: EpochMs;
};

/** A session with what its wallet may do as an operator now. */
export type SessionRow = {
  readonly id: string;
  readonly address: string;
  readonly role: OperatorRole | null;
  readonly operatorName: string | null;
  readonly byChain: boolean;
  readonly rotatedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly revoked: boolean;
  /** Whether the token asked for is the one before the last rotation. */
  readonly isPrevious: boolean;
};

/** Takes a sign-in message, once, and opens a session for its wallet; the session it replaces ends. False when the message was taken. */
export async function openSession(
  db: Db,
  nonce: string,
  session: NewSession,
  replaced: Buffer | null,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with used as (
      update sign_in_messages set used_at = ${now}
      where nonce = ${nonce} and used_at is null and expires_at > ${now} and purchase_order_id is null
      returning address
    ), ended as (
      update sessions set revoked_at = ${now}, revoked_why = 'signed in again'
      where token_hash = ${replaced}::bytea and revoked_at is null and exists (select from used)
    ), moved as (
      insert into sessions (id, token_hash, address, by_chain, created_at, rotated_at, expires_at)
      select ${session.id}, ${session.tokenHash}::bytea, used.address, ${session.byChain}, ${now}, ${now}, ${new Date(session.expiresAtMs)} from used
      returning id, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** The session of a token, current or the one before, with its operator's role: one query. */
export async function findSession(db: Db, tokenHash: Buffer): Promise<SessionRow | null> {
  const { rows } = await sql<{
    id: string;
    address: string;
    role: OperatorRole | null;
    name: string | null;
    by_chain: boolean;
    rotated_at: Date;
    expires_at: Date;
    revoked: boolean;
    is_previous: boolean;
  }>`
    select s.id, s.address, o.role, o.name, s.by_chain, s.rotated_at, s.expires_at, s.revoked_at is not null as revoked,
      s.token_hash <> ${tokenHash}::bytea as is_previous
    from sessions s left join operators o on o.address = s.address and o.removed_at is null
    where s.token_hash = ${tokenHash}::bytea or s.previous_token_hash = ${tokenHash}::bytea`.execute(db);
  const row = rows[0];
  if (!row) return null;
  return {
    id: row.id,
    address: row.address,
    role: row.role,
    operatorName: row.name,
    byChain: row.by_chain,
    rotatedAtMs: row.rotated_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    revoked: row.revoked,
    isPrevious: row.is_previous,
  };
}

/** Those of these sessions that have not ended, each with its operator's role now: one query. */
export async function listLiveSessions(
  db: Db,
  ids: readonly string[],
  nowMs: EpochMs,
): Promise<Pick<SessionRow, 'id' | 'address' | 'role' | 'operatorName' | 'byChain' | 'expiresAtMs'>[]> {
  const { rows } = await sql<{
    id: string;
    address: string;
    role: OperatorRole | null;
    name: string | null;
    by_chain: boolean;
    expires_at: Date;
  }>`
    select s.id, s.address, o.role, o.name, s.by_chain, s.expires_at
    from sessions s left join operators o on o.address = s.address and o.removed_at is null
    where s.id = any(${[...ids]}::uuid[]) and s.revoked_at is null and s.expires_at > ${new Date(nowMs)}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    address: row.address,
    role: row.role,
    operatorName: row.name,
    byChain: row.by_chain,
    expiresAtMs: row.expires_at.getTime(),
  }));
}

/** Gives a session a new token; false when another request did so first. */
export async function rotateSession(db: Db, id: string, from: Buffer, to: Buffer, nowMs: EpochMs): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update sessions set previous_token_hash = token_hash, token_hash = ${to}::bytea, rotated_at = ${new Date(nowMs)}
    where id = ${id} and token_hash = ${from}::bytea and revoked_at is null
    returning id`.execute(db);
  return rows.length === 1;
}

/** Ends a session. */
export async function revokeSession(db: Db, id: string, why: string, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      update sessions set revoked_at = ${new Date(entry.atMs)}, revoked_why = ${why}
      where id = ${id} and revoked_at is null
      returning id, null::text as from_status, null::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

/** Forgets messages and sessions that ended before `beforeMs`. */
export async function forgetSessions(db: Db, beforeMs: EpochMs): Promise<void> {
  await db.deleteFrom('sign_in_messages').where('expires_at', '<', new Date(beforeMs)).execute();
  await db.deleteFrom('sessions').where('expires_at', '<', new Date(beforeMs)).execute();
}
