import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAst, type Plugin } from 'vite';

const WRITERS = /zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/;
const CLASSES = /zod[\\/]v4[\\/]classic[\\/]schemas\.js$/;
const root = join(import.meta.dirname, '../../..');

/** Every name that our sources read off something: `.refine`. A method named nowhere is called nowhere. */
export async function namesRead(): Promise<Set<string>> {
  const files = globSync(['apps/web/src/**/*.{ts,tsx}', 'packages/*/src/**/*.ts'], { cwd: root });
  const sources = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  return new Set(sources.flatMap((source) => [...source.matchAll(/\.(\w+)/g)].map((match) => match[1] ?? '')));
}

/**
 * zod's classes without the methods that are not in `names` and that zod does not call itself; a method keeps alive all
 * that it calls, such as the eighteen formats of a string. Objects are read without generated code, which our CSP forbids.
 */
export function slimClasses(source: string, names: ReadonlySet<string>): string {
  const own = new Set([...source.matchAll(/\b(?:this|inst)\.(\w+)\(/g)].map((match) => match[1] ?? ''));
  const dropped: { start: number; end: number }[] = [];
  for (const statement of parseAst(source).body) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null;
    if (declared?.type !== 'VariableDeclaration') continue;
    for (const { init } of declared.declarations) {
      // $constructor(name, init, methods), or with derived(properties, methods) for the methods.
      const third = init?.type === 'CallExpression' ? init.arguments[2] : undefined;
      const methods = third?.type === 'CallExpression' ? third.arguments.at(-1) : third;
      if (methods?.type !== 'ObjectExpression') continue;
      for (const property of methods.properties)
        if (
          property.type === 'Property' &&
          property.method &&
          property.key.type === 'Identifier' &&
          !names.has(property.key.name) &&
          !own.has(property.key.name)
        )
          dropped.push(property);
    }
  }
  // JSON has no cycles to remember, code is never generated, and pages say what is wrong in words of their own.
  const calls = /_ensureDefault(?:Memoizer|Locale)\(\);|(?<=core\.\$ZodObject)JIT(?=\.init\()/g;
  if (dropped.length < 50 || (source.match(calls)?.length ?? 0) < 9)
    throw new Error('zod is built differently now: look at apps/web/scripts/slimZod.ts.');
  // From the end, so that the places before it stay where they are.
  return dropped
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => text.slice(0, start) + text.slice(end).replace(/^\s*,/, ''), source)
    .replace(calls, '');
}

/**
 * Pages check what the API answers: they never write JSON Schema, whose writers zod ties to every schema, and they call
 * few of the methods that no bundler can drop from a class. Both are left out of the build: 8 KiB less on each first load.
 */
export function slimZod(): Plugin {
  return {
    name: 'liqpass:slim-zod',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (CLASSES.test(id)) return slimClasses(await readFile(id, 'utf8'), await namesRead());
      if (!WRITERS.test(id)) return null;
      const source = await readFile(id, 'utf8');
      const names = [...source.matchAll(/^export (?:const|function|class) (\w+)/gm)].map((match) => match[1]);
      return names.map((name) => `export const ${name} = () => () => undefined;`).join('\n');
    },
  };
}
