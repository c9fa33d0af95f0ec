// npm run faults: breaks one thing after another under load, on PostgreSQL and the embedded database, and asks each time: is what
// was acknowledged there, was nothing done twice, is no claim stuck, does every invariant hold (docs/invariants.sql)?
// --seed=1 --kills=200 --minutes=14 (for the kills at most, half of it on each database) --stopped=30 --only=<part of a name>
import { table, keepResults, machine, setting, settingNumber } from './support/report.ts';
import { seeded } from './support/seeded.ts';
import { clockFaults } from './faults/clockFaults.ts';
import { connectionFaults } from './faults/connectionFaults.ts';
import { diskFaults } from './faults/diskFaults.ts';
import { killFaults } from './faults/killFaults.ts';
import { postgresFaults } from './faults/postgresFaults.ts';
import type { Outcome } from './faults/scene.ts';
import { verifierFaults } from './faults/verifierFaults.ts';

// Each scene's processes are ended with this one: a listener each.
process.setMaxListeners(0);
const seed = settingNumber('seed', 1);
const kills = settingNumber('kills', 200);
const killMs = settingNumber('minutes', 14) * 60_000;
const only = setting('only', '');
console.log(machine(), { seed, kills });

const options = { random: seeded(seed), kills, killMs, stoppedMs: settingNumber('stopped', 30) * 1000 };
const outcomes: Outcome[] = [];
for (const fault of [
  ...verifierFaults,
  ...connectionFaults,
  ...clockFaults,
  ...diskFaults,
  ...postgresFaults,
  ...killFaults,
]) {
  if (!fault.name.includes(only)) continue;
  const startedMs = performance.now();
  try {
    const found = await fault.run(options);
    outcomes.push({ ...found, name: fault.name, seconds: (performance.now() - startedMs) / 1000 });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    outcomes.push({
      name: fault.name,
      seconds: (performance.now() - startedMs) / 1000,
      policies: 0,
      retried: {},
      wrong: [said],
    });
  }
  const { policies, retried, wrong, note } = outcomes.at(-1) ?? { policies: 0, retried: {}, wrong: [] };
  console.log(
    `${wrong.length === 0 ? 'ok   ' : 'WRONG'} ${fault.name}: ${policies} policies, ${JSON.stringify(retried)} sent again${note === undefined ? '' : `; ${note}`}`,
  );
  for (const sentence of wrong.slice(0, 10)) console.log(`      ${sentence}`);
}

console.log(
  `\n${table(
    ['fault', 'policies', 'sent again', 'seconds', 'found'],
    outcomes.map((each) => [
      each.name,
      String(each.policies),
      Object.entries(each.retried)
        .map(([what, count]) => `${count} × ${what}`)
        .join(', ') || '–',
      each.seconds,
      each.wrong.length === 0 ? 'nothing wrong' : `${each.wrong.length} wrong`,
    ]),
  )}`,
);
console.log(`\nkept in ${keepResults('faults', { seed, kills, outcomes })}`);
process.exitCode = outcomes.some((each) => each.wrong.length > 0) ? 1 : 0;
// A backend or a verifier that a failed scene left is ended with this process.
process.exit();
