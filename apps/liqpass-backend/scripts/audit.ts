// npm run audit -- check          follows the audit trail in the database: exit 1 where a row is changed, missing or inserted
// npm run audit -- check <file>   follows an export offline
// npm run audit -- export         prints the sealed trail as JSON lines
//
// The database is that of DATABASE_URL, else the embedded one in ./data (which one process alone may open: stop the product,
// or take GET /admin/audit/export).
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildLogger } from '@liqpass/service/logger';
import { z } from 'zod';
import { openDatabase } from '../src/db/platform/database.ts';
import type { ChainedRow } from '../src/db/audit/auditChainRepo.ts';
import { checkNext, type ChainProblem } from '../src/services/audit/auditChain.ts';
import { checkAudit, exportAudit } from '../src/services/audit/auditTrail.ts';

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

async function checkFile(path: string): Promise<void> {
  const problems: ChainProblem[] = [];
  let before: ChainedRow | null = null;
  let rows = 0;
  for await (const written of createInterface({ input: createReadStream(path) })) {
    if (written.trim() === '') continue;
    const row = line.parse(JSON.parse(written));
    problems.push(...checkNext(before, row));
    before = row;
    rows += 1;
  }
  report(rows, before, problems);
}

async function run(command: string | undefined, file: string | undefined): Promise<void> {
  if (command === 'check' && file !== undefined) return checkFile(file);
  if (command !== 'check' && command !== 'export') {
    console.error('npm run audit -- check [file] | export');
    process.exitCode = 2;
    return;
  }
  const database = await open();
  try {
    if (command === 'export') for await (const row of exportAudit(database.db)) console.log(JSON.stringify(row));
    else {
      const { rows, head, waiting, problems } = await checkAudit(database.db, Date.now());
      if (waiting > 0) console.log(`${waiting} row(s) of the last minute wait to be sealed`);
      report(rows, head, problems);
    }
  } finally {
    await database.close();
  }
}

const [command, file] = process.argv.slice(2);
await run(command, file).catch((error: unknown) => {
  console.error(`the audit trail could not be read: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
});
