import { sql } from 'kysely';
import type { Db } from './database.ts';

/** A condition in the function's body: its own line, with the name it had as a constraint of its own. */
const LINE = /^ {2}(?:return|and) (?<condition>\(.*\)) -- (?<name>\w+)$/;

/**
 * Makes one CHECK of all CHECKs of a table, by a function: `<table>_sound(the columns)`. PostgreSQL reads, plans and readies every
 * CHECK anew for every statement that writes a row (ExecRelCheck), which for the twenty of an order took a fifth of the whole
 * statement; a function's body is readied once a session. Nothing is lost: a row is refused where one condition is false.
 * A migration that adds a CHECK to such a table adds it as usual and folds again; one that replaces a condition names it in
 * `without` and adds the new one beside.
 */
export async function foldChecks(db: Db, table: string, without: readonly string[] = []): Promise<void> {
  const sound = `${table}_sound`;
  const { rows: kept } = await sql<{
    source: string;
  }>`select prosrc as source from pg_proc where proname = ${sound} and pronamespace = 'public'::regnamespace`.execute(
    db,
  );
  const conditions = new Map<string, string>();
  for (const line of (kept[0]?.source ?? '').split('\n')) {
    const { name, condition } = LINE.exec(line)?.groups ?? {};
    if (name !== undefined && condition !== undefined) conditions.set(name, condition);
  }
  for (const name of without)
    if (!conditions.delete(name)) throw new Error(`There is no condition ${name} on ${table}.`);
  const { rows: plain } = await sql<{ name: string; condition: string; validated: boolean }>`
    select conname as name, pg_get_expr(conbin, conrelid) as condition, convalidated as validated from pg_constraint
    where conrelid = ${table}::regclass and contype = 'c' and conname <> ${sound} order by conname`.execute(db);
  for (const { name, condition } of plain) conditions.set(name, condition.replaceAll(/\s+/g, ' '));
  const { rows: folded } = await sql<{ validated: boolean }>`
    select convalidated as validated from pg_constraint where conrelid = ${table}::regclass and conname = ${sound}`.execute(
    db,
  );
  // Rows from before a condition are not asked to meet it until they are written again.
  const validated = [...plain, ...folded].every((each) => each.validated);

  for (const { name } of [...plain, ...folded.map(() => ({ name: sound }))])
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(db);
  const { rows: columns } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped order by attnum`.execute(db);
  const text = [...conditions.values()].join(' ');
  const used = columns.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(text));
  await sql.raw(`drop function if exists ${sound}`).execute(db);
  const body = [...conditions].map(
    ([name, condition], at) => `  ${at === 0 ? 'return' : 'and'} ${condition} -- ${name}`,
  );
  await sql
    .raw(
      `create function ${sound}(${used.map(({ name, type }) => `${name} ${type}`).join(', ')}) returns boolean language plpgsql immutable as $sound$
begin
${body.join('\n')}
  ;
end
$sound$`,
    )
    .execute(db);
  await sql
    .raw(
      `alter table ${table} add constraint ${sound} check (${sound}(${used.map(({ name }) => name).join(', ')}))${validated ? '' : ' not valid'}`,
    )
    .execute(db);
}
