import { calendarOf, daysFrom, type Day } from '@liqpass/kernel/calendar';
import { CSV_BEGIN, csvLine } from '@liqpass/kernel/csv';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { readAddressNames } from '../../db/people/addressNamesRepo.ts';
import { listBooked } from '../../db/treasury/accountingRepo.ts';
import type { TreasuryContext } from './treasuryContext.ts';

const COLUMNS = [
  'day',
  'time',
  'utc_offset',
  'utc',
  'kind',
  'received_usdc',
  'paid_out_usdc',
  'address',
  'address_name',
  'tx_hash',
  'purchase_order_id',
  'claim_id',
  'policy_type',
  'refund_reason',
  'recorded_by',
  'note',
] as const;

/**
 * The books from one day to another, both included, as lines of a CSV file: premiums and second payments that came, claims,
 * refunds and excess that were paid, each on the day it has in the time zone. Read day by day, so that a year costs no more memory than a day.
 */
export async function* accountingCsv(
  ctx: TreasuryContext,
  { from, to, timeZone }: { readonly from: Day; readonly to: Day; readonly timeZone: string },
): AsyncGenerator<string> {
  const calendar = calendarOf(timeZone);
  yield CSV_BEGIN + csvLine(COLUMNS);
  for (const day of daysFrom(from, to)) {
    const booked = await listBooked(ctx.db, calendar.windowOf(day));
    const names = await readAddressNames(
      ctx.db,
      booked.flatMap(({ address }) => address ?? []),
    );
    for (const row of booked) {
      const at = calendar.read(row.atMs);
      const came = row.kind === 'premium' || row.kind === 'second_payment';
      yield csvLine([
        day,
        at.time,
        at.offset,
        formatIso(row.atMs),
        row.kind,
        came ? formatUsdc(row.amount) : '',
        came ? '' : formatUsdc(row.amount),
        row.address ?? '',
        names.get(row.address ?? '') ?? '',
        row.txHash ?? '',
        row.purchaseOrderId,
        row.claimId ?? '',
        row.policyType,
        row.refundReason ?? '',
        row.recordedBy,
        row.note ?? '',
      ]);
    }
  }
}
