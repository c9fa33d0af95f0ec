// A lock entry without a version is an optional package for another platform that the registry did not have when the lock
// was written: the next `npm ci` refuses such a lock.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
const entries = Object.entries(packages);
const broken = entries.filter(([path, entry]) => path.includes('node_modules/') && !entry.version && !entry.link);
for (const [path] of broken) console.error(`package-lock.json: ${path} has no version`);
if (broken.length > 0) process.exit(1);
console.log(`package-lock.json: ${entries.length} entries, each with a version`);
