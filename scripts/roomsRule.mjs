// A rule for the linter: the backend's layers have the same rooms by noun, and a room imports rooms below it, never above.
import { dirname, relative, resolve, sep } from 'node:path';

const SRC = resolve(import.meta.dirname, '../apps/liqpass-backend/src');
const LAYERS = ['domain', 'db', 'services', 'routes', 'jobs'];
/** From the bottom up. The hall is a layer's own files: orders and claims. */
const ROOMS = ['platform', 'audit', 'people', 'book', 'hall', 'treasury', 'watch', 'log'];
/** Where the rooms' contexts are put together: for those who build the world, and for no room. */
const COMPOSED = 'services/context.ts';

/** The room of a file: undefined outside of the layers, null where the folder is no room. Migrations belong to all. */
function roomOf(path) {
  const [layer, ...rest] = relative(SRC, path).split(sep);
  if (!LAYERS.includes(layer) || rest.length === 0) return undefined;
  if (rest.length === 1) return 'hall';
  if (layer === 'db' && rest[0] === 'migrations') return undefined;
  return ROOMS.includes(rest[0]) && rest[0] !== 'hall' ? rest[0] : null;
}

function create(context) {
  const room = roomOf(context.filename);
  if (room === undefined || relative(SRC, context.filename).split(sep).join('/') === COMPOSED) return {};
  const look = (node, source) => {
    if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
    const target = resolve(dirname(context.filename), source.value);
    if (relative(SRC, target).split(sep).join('/') === COMPOSED)
      context.report({ node, message: 'a verb says what it touches by the context of its room, not by all of it' });
    const other = roomOf(target);
    if (ROOMS.indexOf(other) > ROOMS.indexOf(room))
      context.report({ node, message: `${room} knows nothing of ${other}: ${ROOMS.join(' ← ')}` });
  };
  return {
    Program(node) {
      if (room === null)
        context.report({ node, message: `no such room: ${ROOMS.join(', ')} (the hall is the layer itself)` });
    },
    ImportDeclaration: (node) => look(node, node.source),
    ExportNamedDeclaration: (node) => look(node, node.source),
    ExportAllDeclaration: (node) => look(node, node.source),
    ImportExpression: (node) => look(node, node.source),
    TSImportType: (node) => look(node, node.source ?? node.argument?.literal ?? node.argument),
  };
}

export default { meta: { name: 'rooms' }, rules: { order: { create } } };
