// Makes an embedded database in the directory given and ends: run as a process of its own, because making one takes twice
// the memory of using it, and a process never gives that back.
import { PGlite } from '@electric-sql/pglite';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: createEmbedded.ts <directory>');
const lite = await PGlite.create(directory);
await lite.close();
