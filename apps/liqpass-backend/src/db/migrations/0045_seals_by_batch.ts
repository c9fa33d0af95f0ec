import { sql, type Kysely } from 'kysely';
import type { Tables } from '../platform/tables.ts';

/** One row for what is sealed together, instead of one for each audit row: the same links, with a tenth of the bytes and index entries. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`alter table audit_seals rename to audit_seals_by_row`.execute(db);
  await sql`
    create table audit_seals (
      -- Place in the chain of the first of these rows; the others follow it.
      first_seq bigint primary key,
      audit_ids bigint[] not null,
      -- From the lowest to the highest of them, to find a row's batch by; rows of other batches may lie between.
      span int8range not null,
      -- The highest audit id that is sealed up to here.
      up_to bigint not null,
      -- The hash of the row before the first.
      prev_hash bytea not null,
      -- 32 bytes for each row.
      hashes bytea not null,
      check (cardinality(audit_ids) > 0 and length(hashes) = 32 * cardinality(audit_ids) and length(prev_hash) = 32)
    )`.execute(db);
  // Hashes do not compress, and are read in pieces.
  await sql`alter table audit_seals alter column hashes set storage external`.execute(db);
  await sql`
    insert into audit_seals
    select min(seq), array_agg(audit_id order by seq), int8range(min(audit_id), max(audit_id), '[]'),
      max(max(audit_id)) over (order by min(seq)), (array_agg(prev_hash order by seq))[1], string_agg(hash, ''::bytea order by seq)
    from (select *, seq - row_number() over (order by seq) as broken from audit_seals_by_row) s
    -- Where links are missing a batch ends: what the check finds today it finds afterwards.
    group by broken, (seq - 1) / 500`.execute(db);
  await sql`drop table audit_seals_by_row`.execute(db);
  await sql`create index audit_seals_span on audit_seals using gist (span)`.execute(db);
}
