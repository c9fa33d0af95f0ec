import { isApiError } from '@liqpass/api/apiClient';
import { markPayoutPaid } from '@liqpass/api/payoutCalls';
import type { PayoutAnswer } from '@liqpass/api/payouts';
import { isTxHash } from '@liqpass/kernel/ids';
import { formatUsdc, parseUsdc, usdc } from '@liqpass/kernel/money';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { readStored, writeStored } from '../data/stored.ts';
import { serverNow } from '../data/serverTime.ts';
import { localTime, money, shortId, zone } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';
import { Facts } from '../ui/sheets.tsx';
import { api } from './operatorApi.ts';
import { payoutsQuery } from './queries.ts';

export type Recorded = {
  readonly count: number;
  readonly asked: number;
  readonly total: string;
  readonly hash: string;
};
/** The sum of some payouts, in USDC. */
export const totalOf = (payouts: readonly PayoutAnswer[]): string =>
  formatUsdc(usdc(payouts.reduce((sum, payout) => sum + (parseUsdc(payout.amount_usdc) ?? 0n), 0n)));

const draft = z.object({ hash: z.string(), payouts: z.array(z.string()) });
const DRAFT = 'lp.payouts.record';

/** A hash that was typed, unless one of the payments it was typed for has been recorded since: it is not for what is left. */
function readDraft(payouts: readonly PayoutAnswer[]): string {
  const kept = readStored(DRAFT, draft, { hash: '', payouts: [] });
  const isOfThese = kept.payouts.length > 0 && kept.payouts.every((id) => payouts.some((payout) => payout.id === id));
  return isOfThese ? kept.hash : '';
}

/** One transaction may pay several: its hash and its moment are recorded on each of those chosen, after one question. */
export function RecordPayment({
  payouts,
  onRecorded,
}: {
  payouts: readonly PayoutAnswer[];
  onRecorded: (recorded: Recorded) => void;
}) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const [hash, setHash] = useState(() => readDraft(payouts));
  const [paidAt, setPaidAt] = useState(() => localTime(serverNow()).replace(' ', 'T'));
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [wrong, setWrong] = useState({ hash: false, paidAt: false });
  const [asking, setAsking] = useState(false);
  const type = (typed: string): void => {
    setHash(typed);
    writeStored(DRAFT, { hash: typed, payouts: payouts.map((payout) => payout.id) });
  };
  const chosen = payouts.filter((payout) => !out.has(payout.id));
  const total = totalOf(chosen);
  const record = useMutation({
    // What was asked about, and nothing else: the lists go on changing while it is recorded.
    mutationFn: async (chosen: readonly PayoutAnswer[]) => {
      let refused: unknown = null;
      for (const payout of chosen)
        try {
          await markPayoutPaid(api, payout.id, { txHash: hash, paidAt: new Date(paidAt).toISOString() });
        } catch (error) {
          refused ??= error;
          // Where the line is broken the next would not arrive either; where one is refused, the others may be taken.
          if (!isApiError(error) || error.reached !== 'yes') break;
        }
      if (refused !== null) throw refused;
    },
    onSettled: async (_done, error, chosen) => {
      // Where the line broke they may have been recorded: the lists themselves tell.
      const left = await Promise.all(
        (['DUE', 'IN_BATCH'] as const).map((status) => client.fetchQuery({ ...payoutsQuery(status), staleTime: 0 })),
      ).catch(() => null);
      const open = left?.flatMap((list) => list.items.map((item) => item.id));
      const done = open === undefined ? [] : chosen.filter((payout) => !open.includes(payout.id));
      if (done.length > 0) {
        onRecorded({ count: done.length, asked: chosen.length, total: totalOf(done), hash });
      }
      if (done.length === chosen.length) {
        type('');
        record.reset();
      }
      if (!error || done.length === chosen.length) setAsking(false);
      await client.invalidateQueries({
        predicate: (query) => ['payouts', 'admin-claims', 'admin-orders'].includes(String(query.queryKey[0])),
      });
    },
  });
  return (
    <form
      className="grid gap-4 border-t border-line p-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const bad = { hash: !isTxHash(hash), paidAt: !(Date.parse(paidAt) <= serverNow()) };
        setWrong(bad);
        if (!bad.hash && !bad.paidAt && chosen.length > 0) setAsking(true);
      }}
    >
      <p className="text-sm text-muted">{t('payouts.record_why')}</p>
      {payouts.length > 1 && (
        <fieldset className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
          <legend className="mb-1 font-semibold">{t('payouts.paid_by_it')}</legend>
          {payouts.map((payout) => (
            <label key={payout.id} className="inline-flex min-h-9 items-center gap-2">
              <input
                type="checkbox"
                className="size-5 accent-[var(--floor)]"
                checked={!out.has(payout.id)}
                onChange={(event) => {
                  const next = new Set(out);
                  if (event.target.checked) next.delete(payout.id);
                  else next.add(payout.id);
                  setOut(next);
                }}
              />
              <span className="num">
                {shortId(payout.claim_id ?? payout.purchase_order_id)} · {money(payout.amount_usdc)}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <Field label={t('decide.hash')} error={wrong.hash ? t('decide.hash_wrong') : undefined}>
          {(aria) => (
            <input
              {...aria}
              value={hash}
              onChange={(event) => type(event.target.value.trim())}
              className="num field-box text-sm"
              autoComplete="off"
              spellCheck={false}
              placeholder="0x…"
            />
          )}
        </Field>
        <Field
          label={t('payouts.paid_at', { zone: zone(serverNow()) })}
          error={wrong.paidAt ? t('payments.paid_at_wrong') : undefined}
        >
          {(aria) => (
            <input
              {...aria}
              type="datetime-local"
              step={1}
              value={paidAt}
              onChange={(event) => setPaidAt(event.target.value)}
              className="num field-box"
            />
          )}
        </Field>
      </div>
      <div>
        <Button type="submit" kind="quiet" disabled={chosen.length === 0}>
          {t('payouts.record_button', { count: chosen.length })}
        </Button>
      </div>
      {asking && (
        <Modal
          title={t('payouts.record_title', { count: chosen.length, total: money(total) })}
          onClose={() => setAsking(false)}
        >
          <Facts
            rows={[
              [
                t('decide.hash'),
                <span key="h" className="num break-all">
                  {hash}
                </span>,
              ],
              [t('payouts.paid_at_short'), <Instant key="a" at={new Date(paidAt).toISOString()} />],
              ...chosen.slice(0, 12).map(
                (payout) =>
                  [
                    <span key="i" className="num">
                      {shortId(payout.claim_id ?? payout.purchase_order_id)}
                    </span>,
                    <span key="m" className="num">
                      {money(payout.amount_usdc)} USDC
                    </span>,
                  ] as const,
              ),
              chosen.length > 12 ? ['…', <span key="n" className="num">{`+ ${chosen.length - 12}`}</span>] : null,
            ]}
          />
          <ErrorNote error={record.error} />
          <div className="flex justify-end gap-3">
            <Button kind="quiet" onClick={() => setAsking(false)}>
              {t('decide.cancel')}
            </Button>
            <Button data-autofocus busy={record.isPending} onClick={() => record.mutate(chosen)}>
              {t('decide.confirm')}
            </Button>
          </div>
        </Modal>
      )}
    </form>
  );
}
