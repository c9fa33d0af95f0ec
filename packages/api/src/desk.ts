import { isTimeZone } from '@liqpass/kernel/calendar';
import { REFUND_REASONS, WAITING_CHECKS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { auditRow, bindingSnapshot } from './operators.ts';
import { payoutAnswer } from './payouts.ts';
import { claimSummary } from './claims.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';
import { address, hex32, instant, page, pageQuery, usdcText, uuid } from './wire.ts';

// What operators keep beside the loop: notes, who looked, names of addresses, and the books.

/** How long after their last sign of life somebody counts as still having a page open. */
export const OPEN_FOR_MS = 30_000;

const note = z.strictObject({ id: uuid, text: z.string(), by: z.string(), at: instant }).meta({ id: 'Note' });
export type Note = z.infer<typeof note>;
const look = z
  .strictObject({
    by: z.string(),
    first_at: instant,
    last_at: instant,
    /** Whether they have it open now. */
    open: z.boolean(),
    /** Whether it is whoever asks. */
    you: z.boolean(),
  })
  .meta({ id: 'Look' });
export type Look = z.infer<typeof look>;
/** GET /admin/purchase-orders/:id/notes, POST …/notes and …/looks: what operators wrote of an order and its claim, oldest first, and who looked at either, the last one first. */
export const notesAnswer = z.strictObject({ notes: z.array(note), looks: z.array(look) }).meta({ id: 'OrderNotes' });
export type NotesAnswer = z.infer<typeof notesAnswer>;

/** GET /admin/purchase-orders/:id: everything about an order. */
export const orderFileAnswer = z
  .strictObject({
    order: purchaseOrderAnswer,
    /** The position as jp-verify saw it at binding; null for an unattested one, or before binding. */
    snapshot: bindingSnapshot.nullable(),
    /** The premium as it was recorded, and what was decided on it; null while none is. */
    premium: z
      .strictObject({
        paid_at: instant,
        amount_usdc: usdcText.nullable(),
        tx_hash: hex32.nullable(),
        payer: address.nullable(),
        recorded_by: z.string(),
        recorded_at: instant.nullable(),
        note: z.string().nullable(),
        /** How likely a claim was when the money came; null where that was not known, or nobody saw the position. */
        probability: z.number().nullable(),
        refund_reason: z.enum(REFUND_REASONS).nullable(),
        waiting_check: z.enum(WAITING_CHECKS).nullable(),
      })
      .nullable(),
    claim: claimSummary.nullable(),
    payouts: z.array(payoutAnswer),
    /** Of the order, its claim and its payouts, oldest first. */
    audit: z.array(auditRow.omit({ prev_hash: true, hash: true })),
    may: z.strictObject({ mark_paid: z.boolean(), undo_paid: z.boolean(), note: z.boolean() }),
  })
  .meta({ id: 'OrderFile' });
export type OrderFile = z.infer<typeof orderFileAnswer>;

export const addressName = z
  .strictObject({ address, name: z.string(), by: z.string(), updated_at: instant })
  .meta({ id: 'AddressName' });
export type AddressName = z.infer<typeof addressName>;
/** GET /admin/addresses: by name. */
export const addressNamePage = page(addressName).meta({ id: 'AddressNamePage' });
export const listAddressNamesQuery = z.strictObject({ ...pageQuery });
export const addressNameParams = z.strictObject({ address });

/** What a row of the books is: money in, or money out. */
export const BOOKED_KINDS = ['premium', 'second_payment', 'claim', 'refund', 'excess'] as const;
export type BookedKind = (typeof BOOKED_KINDS)[number];
/** Days that one file of the books holds at most. */
export const MOST_DAYS = 366;
/** GET /admin/accounting: a file of what came and went from one day to another, both included; days as they are in the time zone. */
export const accountingQuery = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    timeZone: z
      .string()
      .max(60)
      .refine(isTimeZone, 'a time zone such as "Asia/Shanghai" or "UTC"')
      .meta({ example: 'Asia/Shanghai' }),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'a day that is not before `from`' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MOST_DAYS * 86_400_000, {
    path: ['to'],
    message: `a day at most ${MOST_DAYS - 1} days after \`from\``,
  });
