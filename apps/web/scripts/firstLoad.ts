import type { Rolldown } from 'vite';

type Graph = { getModuleInfo(id: string): Pick<Rolldown.ModuleInfo, 'importers' | 'dynamicImporters'> | null };

/** Every module that leads to `id`: by import statements alone, or by pages loaded later as well. */
function above(id: string, graph: Graph, later: boolean): Set<string> {
  const found = new Set([id]);
  // A set goes on over what is added to it meanwhile.
  for (const each of found) {
    const info = graph.getModuleInfo(each);
    for (const importer of info?.importers ?? []) found.add(importer);
    if (later) for (const importer of info?.dynamicImporters ?? []) found.add(importer);
  }
  return found;
}

/**
 * Names the file for a module that an entry cannot start without: `shared` where every entry needs it, or the entry's own
 * file where no other entry ever does. The rest, null, is loaded with the page that needs it.
 */
export function firstLoadFile(
  shared: string,
  own: Readonly<Record<string, string>>,
): (id: string, graph: Graph) => string | null {
  const entries = Object.entries(own);
  return (id, graph) => {
    const atOnce = above(id, graph, false);
    const needing = entries.filter(([entry]) => atOnce.has(entry));
    if (needing.length === entries.length) return shared;
    const ever = above(id, graph, true);
    return entries.filter(([entry]) => ever.has(entry)).length === 1 ? (needing[0]?.[1] ?? null) : null;
  };
}
