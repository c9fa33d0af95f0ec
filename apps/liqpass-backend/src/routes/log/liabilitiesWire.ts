import type { Liabilities } from '@liqpass/api/log';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import type { StoredTree } from '../../db/log/liabilitiesRepo.ts';

/** A sum of what is owed as it was logged. */
export const liabilitiesToWire = (tree: StoredTree): Liabilities => ({
  root: tree.root,
  total: formatUsdc(tree.total),
  count: tree.count,
  at: formatIso(tree.atMs),
  log_index: tree.logIndex,
});
