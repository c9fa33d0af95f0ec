// npm run fuzz:evidence -- --seed=1 --runs=20000: damages answers of the exchange and bundles at random, one place a run, and
// counts what is concluded from them. Exit code 1 where a verdict came from damaged evidence, or something was thrown.
import { parseArgs } from 'node:util';
import { damagedRun, honestEvidence } from '../test/damagedEvidence.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '20000' } },
});
const [seed, runs] = [Number(values.seed), Number(values.runs)];
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
  console.error('npm run fuzz:evidence -- --seed=1 --runs=20000: both are whole numbers');
  process.exit(1);
}

const bases = honestEvidence();
const counts = new Map<string, Map<string, number>>();
let wrong = 0;
for (let run = 0; run < runs; run += 1) {
  const outcome = damagedRun(bases, seed * 1_000_003 + run);
  const verdicts = counts.get(outcome.kind) ?? new Map<string, number>();
  verdicts.set(outcome.verdict, (verdicts.get(outcome.verdict) ?? 0) + 1);
  counts.set(outcome.kind, verdicts);
  if (outcome.wrong === null) continue;
  wrong += 1;
  if (wrong <= 20) console.log(`WRONG  run ${run} of seed ${seed}: ${outcome.wrong}\n       ${outcome.what}`);
}
for (const [kind, verdicts] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const total = [...verdicts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...verdicts].toSorted(([, a], [, b]) => b - a).map(([verdict, count]) => `${verdict} ${count}`);
  console.log(`${kind.padEnd(34)} ${String(total).padStart(6)}  ${parts.join(' · ')}`);
}
console.log(`seed ${seed}, ${runs} runs: ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
