// npm run audit -- check [--head <hash>]          follows the audit trail in the database: exit 1 where a row is changed, missing or inserted
// npm run audit -- check <file> [--head <hash>]   follows an export offline
// npm run audit -- export                         prints the sealed trail as JSON lines
//
// --head names a head that was kept elsewhere (each check, each export and the log print it): without it in the chain, rows were
// cut off. The database is that of DATABASE_URL, else the embedded one in ./data (which one process alone may open: stop the
// product, or take GET /admin/audit/export). Stamps are checked with AUDIT_KEY; the embedded mode's is in ./data/secrets.json.
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildLogger } from '@liqpass/service/logger';
import { z } from 'zod';
import { readAuditKeys } from '../src/config.ts';
import { openDatabase } from '../src/db/platform/database.ts';
import type { ChainedRow } from '../src/db/audit/auditChainRepo.ts';
import { checkNext, type ChainProblem } from '../src/services/audit/auditChain.ts';
import { checkAudit, cutOff, exportAudit } from '../src/services/audit/auditTrail.ts';

const text = z.string().nullable();
const line = z.strictObject({
  seq: z.int(),
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject_type: z.string(),
  subject_id: z.string(),
  from: text,
  to: text,
  why: text,
  details: z.record(z.string(), z.unknown()).nullable(),
  request_id: text,
  prev_hash: z.string(),
  hash: z.string(),
});

const open = () =>
  openDatabase(
    process.env['DATABASE_URL'] ?? `embedded:${resolve('data', 'database')}`,
    buildLogger('audit', 'silent'),
  );

function report(rows: number, head: { seq: number; hash: string } | null, problems: readonly ChainProblem[]): void {
  for (const problem of problems)
    console.log(
      `${problem.kind}: ${problem.seq === null ? '' : `row ${problem.seq} of the chain, `}audit id ${problem.id ?? '?'}: ${problem.detail}`,
    );
  console.log(`${rows} rows followed; head ${head ? `${head.seq} ${head.hash}` : 'none'}`);
  console.log(
    problems.length === 0 ? 'the audit trail is whole' : `the audit trail is broken: ${problems.length} problem(s)`,
  );
  if (problems.length > 0) process.exitCode = 1;
}

async function checkFile(path: string, keptHead: string | null): Promise<void> {
  const problems: ChainProblem[] = [];
  let before: ChainedRow | null = null;
  let rows = 0;
  let found = keptHead === null;
  for await (const written of createInterface({ input: createReadStream(path) })) {
    if (written.trim() === '') continue;
    const row = line.parse(JSON.parse(written));
    problems.push(...checkNext(before, row));
    if (row.hash === keptHead) found = true;
    before = row;
    rows += 1;
  }
  if (!found) problems.push(cutOff(keptHead ?? ''));
  report(rows, before, problems);
}

/** AUDIT_KEY, or the one that the embedded mode has made for the database in ./data. */
function auditKeys(): string[] {
  const dataDir = resolve('data');
  const isEmbedded = process.env['DATABASE_URL'] === undefined && existsSync(join(dataDir, 'secrets.json'));
  return readAuditKeys(process.env, isEmbedded ? embeddedSecrets(dataDir).auditKey : null);
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { head: { type: 'string' } }, allowPositionals: true });
  const [command, file] = positionals;
  const keptHead = values.head?.toLowerCase() ?? null;
  const usage = (): void => {
    console.error('npm run audit -- check [file] [--head <hash>] | export');
    process.exitCode = 2;
  };
  if (command !== 'check' && command !== 'export') return usage();
  if (keptHead !== null && !/^[0-9a-f]{64}$/.test(keptHead)) return usage();
  if (command === 'check' && file !== undefined) return checkFile(file, keptHead);
  const keys = command === 'check' ? auditKeys() : [];
  const database = await open();
  try {
    if (command === 'export') for await (const row of exportAudit(database.db)) console.log(JSON.stringify(row));
    else {
      const check = { auditKeys: keys, keptHead };
      const { rows, head, waiting, unchecked, problems } = await checkAudit(database.db, Date.now(), check);
      if (waiting > 0) console.log(`${waiting} row(s) of the last minute wait to be sealed`);
      if (unchecked > 0)
        console.log(`the stamps of ${unchecked} row(s) were not checked: give the AUDIT_KEY that they were made with`);
      report(rows, head, problems);
    }
  } finally {
    await database.close();
  }
}

await run().catch((error: unknown) => {
  console.error(`the audit trail could not be read: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
});
