import { sql } from 'kysely';
import type { Db } from './database.ts';

/** The tables, constraints, indexes, functions and triggers of our schema as text, in a fixed order: to be kept and compared. */
export async function describeSchema(db: Db): Promise<string> {
  const lines: string[] = [
    '-- Made by `npm run schema` from the migrations: look here for what the database holds. Do not edit.',
  ];
  const tables = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not like 'kysely\\_%' order by 1`.execute(db);
  for (const { name } of tables.rows) {
    lines.push('', `TABLE ${name}`);
    const columns = await sql<{ line: string }>`
      select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' NOT NULL' else '' end
        || case when a.attidentity <> '' then ' IDENTITY' else '' end || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') as line
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = ${`public.${name}`}::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`.execute(
      db,
    );
    lines.push(...columns.rows.map((row) => `  ${row.line}`));
    // PostgreSQL 18 keeps NOT NULL as constraints too; the columns say it already.
    const constraints = await sql<{ line: string }>`
      select conname || ' ' || pg_get_constraintdef(oid, true) as line from pg_constraint
      where conrelid = ${`public.${name}`}::regclass and contype <> 'n' order by contype, conname`.execute(db);
    lines.push(...constraints.rows.map((row) => `  CONSTRAINT ${row.line.replaceAll(/\s+/g, ' ')}`));
    const indexes = await sql<{ line: string }>`
      select pg_get_indexdef(i.indexrelid) as line from pg_index i
      where i.indrelid = ${`public.${name}`}::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))
      order by 1`.execute(db);
    lines.push(...indexes.rows.map((row) => `  ${row.line.replaceAll('public.', '')}`));
    const triggers = await sql<{
      line: string;
    }>`select pg_get_triggerdef(oid) as line from pg_trigger where tgrelid = ${`public.${name}`}::regclass and not tgisinternal order by tgname`.execute(
      db,
    );
    lines.push(...triggers.rows.map((row) => `  ${row.line.replaceAll('public.', '')}`));
  }
  const functions = await sql<{
    line: string;
  }>`select pg_get_functiondef(p.oid) as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' order by p.proname`.execute(
    db,
  );
  for (const { line } of functions.rows) lines.push('', line.replaceAll('public.', '').trim());
  return `${lines.join('\n')}\n`;
}
