// npm run vectors -- <file>: checks a file of the shape of golden_vectors.json; exits 1 with the mismatches listed.
import { resolve } from 'node:path';
import { checkVectors, readVectors } from './vectors/checkVectors.ts';

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || rest.length > 0) {
  console.error('Usage: npm run vectors -- <file of vectors>');
  process.exit(1);
}
const read = readVectors(resolve(name));
if ('fault' in read) {
  console.error(read.fault);
  process.exit(1);
}
const report = checkVectors(read.vectors, resolve(name));
for (const section of report.sections) {
  const label = `${section.name} (${section.items})`;
  const worst = section.worst === null ? '' : `worst ${section.worst.toExponential(1)}`;
  console.log(
    `${label.padEnd(32)} ${String(section.compared).padStart(5)} compared ${String(section.mismatches.length).padStart(4)} wrong  ${worst}`,
  );
}
for (const note of report.notes) console.log(note);
const mismatches = report.sections.flatMap((section) => section.mismatches);
for (const mismatch of mismatches) {
  console.error(
    `${mismatch.where}: expected ${JSON.stringify(mismatch.expected)}, computed ${JSON.stringify(mismatch.computed)}`,
  );
}
console.log(
  mismatches.length === 0
    ? `All equal within ${read.vectors.toleranceRel}.`
    : `${mismatches.length} values differ by more than ${read.vectors.toleranceRel}.`,
);
process.exit(mismatches.length === 0 ? 0 : 1);
