import { ConfigError } from '@liqpass/service/environment';
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** A ConfigError for a database that answers and is not fit to keep what LiqPass keeps: texts of every script, tables in `public`. */
export async function requireFit({ db }: Database): Promise<void> {
  const { rows } = await sql<{ encoding: string; name: string; role: string; schema: string | null }>`
    select current_setting('server_encoding') as encoding, current_database() as name, current_user as role,
      current_schema() as schema`.execute(db);
  const [found] = rows;
  if (found && found.encoding !== 'UTF8')
    throw new ConfigError(
      `DATABASE_URL: the database ${found.name} is encoded in ${found.encoding} and cannot hold every name: make one in UTF-8 (createdb --encoding=UTF8 --template=template0)`,
    );
  // Where the session is ours it has been set; a pooler's is as the role has it.
  if (found && found.schema !== 'public')
    throw new ConfigError(
      `DATABASE_URL: tables of the role ${found.role} are looked for in ${found.schema ?? 'no schema'}, and LiqPass keeps its own in public: alter role ${found.role} set search_path = public`,
    );
}
