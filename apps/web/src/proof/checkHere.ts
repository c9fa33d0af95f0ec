import type { TraderClaim } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { loadNamespace } from '../i18n.ts';
import { comparePage } from './comparePage.ts';
import { gatherProof, type PublishedKeys } from './gatherProof.ts';
import { judgeText, type Shown } from './judgeProof.ts';

export type CheckedHere = {
  readonly shown: Shown;
  readonly keys: PublishedKeys;
  /** The file that was checked, to be taken away. */
  readonly text: string;
  readonly pending: number;
};

/**
 * Fetches what proves an order as the very file that can be downloaded, checks it in this browser, and compares what the page
 * says; loaded when somebody asks for it.
 */
export async function checkHere(order: PurchaseOrderAnswer, claim: TraderClaim['claim'] | null): Promise<CheckedHere> {
  const [{ file, keys, pending }] = await Promise.all([
    gatherProof({ id: order.id, claimId: claim === null || claim.evidence_root === null ? null : claim.id }),
    loadNamespace('proof'),
    loadNamespace('checks'),
  ]);
  const text = JSON.stringify(file, null, 2);
  const found = judgeText(text, keys);
  const shown = { ...found, problems: [...found.problems, ...comparePage(found, order, claim)] };
  return { shown, keys, text, pending };
}
