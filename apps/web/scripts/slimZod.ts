import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const WRITERS = /zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/;

/**
 * Pages check what the API answers and never write JSON Schema, which zod ties to every schema and no bundler can drop:
 * its writers are replaced by empty functions (9 KiB less on each first load).
 */
export function slimZod(): Plugin {
  return {
    name: 'liqpass:slim-zod',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (!WRITERS.test(id)) return null;
      const source = await readFile(id, 'utf8');
      const names = [...source.matchAll(/^export (?:const|function|class) (\w+)/gm)].map((match) => match[1]);
      return names.map((name) => `export const ${name} = () => () => undefined;`).join('\n');
    },
  };
}
