import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Recording } from './recordStatements.ts';

const run = promisify(execFile);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** pgbench takes any word after a colon for a variable, in quotes too: colons are written as their code. */
const quoted = (text: string): string =>
  `e'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\x3a')}'`;

/** A text as SQL in which :n and :row3_id stand for what is this loop's own; pgbench sends these as parameters. */
const spliced = (text: string): string =>
  text
    .split(VARIABLE)
    .map((part, index) => (index % 2 === 0 ? quoted(part) : `:${part}::text`))
    .join(' || ');
const VARIABLE = /\{\{(n|row\d+_id)\}\}/;

/** A recorded value as SQL of the type that the statement expects there. */
function literal(value: unknown, type: string, rename: (text: string) => string): string {
  if (value === null || value === undefined) return `null::${type}`;
  const text = Array.isArray(value)
    ? `{${value.map((each) => `"${String(each).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value as string | number | bigint | boolean);
  return `(${spliced(rename(text))})::${type}`;
}

/** The types of each statement's parameters, as PostgreSQL infers them. */
async function parameterTypes(databaseUrl: string, statements: Recording['statements']): Promise<string[][]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const types: string[][] = [];
    for (const { text, values } of statements) {
      if (values.length === 0) {
        types.push([]);
        continue;
      }
      await client.query(`prepare asked as ${text}`);
      const { rows } = await client.query<{ types: string[] }>(
        `select parameter_types::text[] as types from pg_prepared_statements where name = 'asked'`,
      );
      await client.query('deallocate asked');
      types.push(rows[0]?.types ?? []);
    }
    return types;
  } finally {
    await client.end();
  }
}

/** The recorded loop as a pgbench script. Ids that the database gives (a job's) are taken from its answer with \aset. */
export function pgbenchScript({ policy, statements }: Recording, types: readonly (readonly string[])[]): string {
  const names = new Map<string, string>([
    [policy.ordId, '290000{{n}}'],
    [policy.txHash, `0x${'a'.repeat(52)}{{n}}`],
    [policy.multisigTxHash, `0x${'b'.repeat(52)}{{n}}`],
  ]);
  let uuids = 0;
  const rename = (text: string): string => {
    let renamed = text.replace(UUID, (found) => {
      const known = names.get(found) ?? `${String((uuids += 1)).padStart(8, '0')}-0000-4000-8000-{{n}}`;
      names.set(found, known);
      return known;
    });
    for (const token of [policy.ordId, policy.txHash, policy.multisigTxHash])
      renamed = renamed.replaceAll(token, names.get(token) ?? token);
    return renamed;
  };
  const lines = ['\\set n random(100000000000, 999999999999)'];
  for (const [index, { text, values, returnedIds }] of statements.entries()) {
    const named = text.replace(/\$(\d+)/g, (_all, place: string) =>
      literal(values[Number(place) - 1], types[index]?.[Number(place) - 1] ?? 'text', rename),
    );
    const line = named.replaceAll(/\s+/g, ' ').trim().replace(/;$/, '');
    const given = returnedIds.find((id) => !names.has(id));
    if (given === undefined) lines.push(`${line};`);
    else {
      names.set(given, `{{row${index}_id}}`);
      lines.push(`${line} \\aset row${index}_`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Plays the recorded loop with pgbench, PostgreSQL's own driver: what the database itself reaches. Answers with loops/s. */
export async function replayWithPgbench(
  binaries: string,
  databaseUrl: string,
  recording: Recording,
  clients: number,
  seconds: number,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'liqpass-pgbench-'));
  const file = join(directory, 'loop.sql');
  const script = pgbenchScript(recording, await parameterTypes(databaseUrl, recording.statements));
  writeFileSync(file, script);
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const rows = [...script.matchAll(/\\aset (\w+)/g)].flatMap(([, prefix]) => [
    '-D',
    `${prefix}id=00000000-0000-4000-8000-000000000000`,
  ]);
  try {
    const { stdout } = await run(
      join(binaries, 'pgbench'),
      [
        '-n',
        '-M',
        'prepared',
        '-f',
        file,
        '-c',
        String(clients),
        '-j',
        '1',
        '-T',
        String(seconds),
        ...rows,
        '-h',
        hostname,
        '-p',
        port,
        '-U',
        username,
        pathname.slice(1),
      ],
      { maxBuffer: 1 << 24 },
    );
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(`pgbench did not say how fast it was: ${stdout}`);
    return Number(tps);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
