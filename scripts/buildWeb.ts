import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const web = join(root, 'apps/web');
const stamp = join(web, 'dist/.sources');

/** A fingerprint of everything that the pages are made of. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = globSync(
    ['apps/web/*.{html,json,ts}', 'apps/web/{src,public,scripts}/**/*', 'packages/*/src/**/*.ts', 'package-lock.json'],
    { cwd: root, withFileTypes: true },
  );
  for (const file of files
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .toSorted())
    hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds the pages if they are not those of the sources; says whether it did. */
export async function buildWeb(say: (line: string) => void): Promise<void> {
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  say('Building the pages (once, and after a change) …');
  const child = spawn(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: web,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`The pages could not be built.\n${output}`);
  mkdirSync(join(web, 'dist'), { recursive: true });
  writeFileSync(stamp, sources);
}
