import { readFile } from 'node:fs/promises';
import { parseAst, type Plugin } from 'vite';

const I18NEXT = /[\\/]i18next[\\/]dist[\\/]esm[\\/]i18next\.js$/;
/** What stands in for a class, or a method of one, whose work nobody asks for. */
const STAND_INS: Readonly<Record<string, string>> = {
  // Texts are added by hand, never fetched by a backend: as the class itself does without one, it is done at once.
  Connector:
    'class Connector extends EventEmitter { constructor() { super(); this.state = {}; } load(languages, names, done) { done?.(); } reload(languages, names, done) { done?.(); } saveMissing() {} }',
  // Texts say {{x}}, never {{x, format}}: numbers and times have a form of their own.
  Formatter: 'class Formatter { init() {} format(value) { return value; } }',
  // Keys are typed: there is nothing to warn of.
  Logger:
    'class Logger { init() {} log() {} warn() {} error() {} deprecate() {} create() { return this; } clone() { return this; } }',
  // No text holds another: none says $t(…).
  'Interpolator.nest': 'nest(text) { return text; }',
  // One instance, and both languages run from left to right.
  'I18n.cloneInstance': '',
  'I18n.dir': '',
};

/** i18next without what our way of using it never calls upon. */
export function slimClasses(source: string): string {
  const found = parseAst(source).body.flatMap((statement) => {
    if (statement.type !== 'ClassDeclaration' || !statement.id) return [];
    const { name } = statement.id;
    const methods = statement.body.body.flatMap((method) =>
      method.type === 'MethodDefinition' && method.key.type === 'Identifier'
        ? [{ name: `${name}.${method.key.name}`, start: method.start, end: method.end }]
        : [],
    );
    return [{ name, start: statement.start, end: statement.end }, ...methods].flatMap((part) => {
      const text = STAND_INS[part.name];
      return text === undefined ? [] : [{ ...part, text }];
    });
  });
  if (found.length !== Object.keys(STAND_INS).length)
    throw new Error('i18next is built differently now: look at apps/web/scripts/slimI18n.ts.');
  // From the end, so that the places before it stay where they are.
  return found
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, part) => text.slice(0, part.start) + part.text + text.slice(part.end), source);
}

/** Leaves it out of the build, of which every first load has a part. */
export function slimI18n(): Plugin {
  return {
    name: 'liqpass:slim-i18n',
    apply: 'build',
    enforce: 'pre',
    load: async (id) => (I18NEXT.test(id) ? slimClasses(await readFile(id, 'utf8')) : null),
  };
}
