import type { z } from 'zod';
import type { Api, In } from './apiClient.ts';
import { okAnswer } from './auth.ts';
import { addressName, addressNamePage, notesAnswer, orderFileAnswer, type AddressName } from './desk.ts';
import type { nameAddressBody, writeNoteBody } from './deskBodies.ts';
import type { withReasonBody } from './payoutBodies.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';

// What an operator asks of the desk: an order's file, notes, names of addresses.
const order = (id: string): string => `/admin/purchase-orders/${encodeURIComponent(id)}`;

export const getOrderFile = (api: Api, id: string) => api('GET', order(id), orderFileAnswer);
export const undoPremium = (api: Api, id: string, body: In<typeof withReasonBody>) =>
  api('POST', `${order(id)}/undo-paid`, purchaseOrderAnswer, { body });
export const writeNote = (api: Api, id: string, body: In<typeof writeNoteBody>) =>
  api('POST', `${order(id)}/notes`, notesAnswer, { body });
/** Says that the page is open; answers with what is written, and who else looks. */
export const look = (api: Api, id: string): Promise<z.infer<typeof notesAnswer>> =>
  api('POST', `${order(id)}/looks`, notesAnswer);

/** The whole address book. */
export async function listAddressNames(api: Api): Promise<AddressName[]> {
  const all: AddressName[] = [];
  let cursor: string | undefined;
  do {
    const page = await api('GET', '/admin/addresses', addressNamePage, { query: { limit: 200, cursor } });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
export const nameAddress = (api: Api, address: string, body: In<typeof nameAddressBody>) =>
  api('PUT', `/admin/addresses/${encodeURIComponent(address)}`, addressName, { body });
export const forgetAddress = (api: Api, address: string) =>
  api('DELETE', `/admin/addresses/${encodeURIComponent(address)}`, okAnswer);
