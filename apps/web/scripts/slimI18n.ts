import { readFile } from 'node:fs/promises';
import { parseAst, type Plugin } from 'vite';

const I18NEXT = /[\\/]i18next[\\/]dist[\\/]esm[\\/]i18next\.js$/;
/** What stands in for a class whose work nobody asks for. */
const STAND_INS: Readonly<Record<string, string>> = {
  // Texts are added by hand, never fetched by a backend: as the class itself does without one, it is done at once.
  Connector:
    'class Connector extends EventEmitter { constructor() { super(); this.state = {}; } load(languages, names, done) { done?.(); } reload(languages, names, done) { done?.(); } saveMissing() {} }',
  // Texts say {{x}}, never {{x, format}}: numbers and times have a form of their own.
  Formatter: 'class Formatter { init() {} format(value) { return value; } }',
};

/** i18next without the two classes that our way of using it never calls upon. */
export function slimClasses(source: string): string {
  const found = parseAst(source).body.flatMap((statement) =>
    statement.type === 'ClassDeclaration' && statement.id && statement.id.name in STAND_INS
      ? [{ start: statement.start, end: statement.end, text: STAND_INS[statement.id.name] ?? '' }]
      : [],
  );
  if (found.length !== Object.keys(STAND_INS).length)
    throw new Error('i18next is built differently now: look at apps/web/scripts/slimI18n.ts.');
  // From the end, so that the places before it stay where they are.
  return found
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: standIn }) => text.slice(0, start) + standIn + text.slice(end), source);
}

/** Leaves them out of the build, of which every first load has a part. */
export function slimI18n(): Plugin {
  return {
    name: 'liqpass:slim-i18n',
    apply: 'build',
    enforce: 'pre',
    load: async (id) => (I18NEXT.test(id) ? slimClasses(await readFile(id, 'utf8')) : null),
  };
}
