import { getSafeBatch, markPayoutPaid } from '@liqpass/api/payoutCalls';
import type { PayoutAnswer, Payouts } from '@liqpass/api/payouts';
import { isTxHash } from '@liqpass/kernel/ids';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { readStored, useStored, writeStored } from '../data/stored.ts';
import { hexGroups, money, shortHex, shortId } from '../format.ts';
import { saveFile } from '../ui/download.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { DownloadIcon } from '../ui/pageIcons.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, CopyButton, Skeleton } from '../ui/kit.tsx';
import { Field } from '../ui/fields.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { Actor } from './auditWords.tsx';
import { api } from './operatorApi.ts';
import { payoutsQuery } from './queries.ts';
import { payoutsCsv } from './payoutsCsv.ts';
import { useMay } from './useOperator.ts';

/** What is approved and waits for its payment: amounts and addresses, files for the Safe, then the transaction's hash. */
export function PayoutsPage() {
  const { t } = useTranslation('admin');
  const payouts = useQuery({ ...payoutsQuery, refetchInterval: 15_000 });
  const batch = useMutation({
    mutationFn: () => getSafeBatch(api),
    onSuccess: (file) =>
      saveFile(
        `liqpass-payouts-${payouts.data?.list_hash.slice(2, 10) ?? ''}.json`,
        JSON.stringify(file, null, 2),
        'application/json',
      ),
  });
  const mayRecord = useMay('treasurer');
  const [recorded, setRecorded] = useState<Recorded | null>(null);
  const data = payouts.data && { ...payouts.data, items: waiting(payouts.data) };
  return (
    <Page wide>
      <h1 className="text-2xl">{t('payouts.title')}</h1>
      <p className="max-w-[48em] text-sm text-muted">{t('payouts.lead')}</p>
      <ErrorNote error={payouts.error ?? batch.error} onRetry={() => void payouts.refetch()} />
      {!data ? (
        !payouts.error && <Skeleton lines={6} />
      ) : (
        <>
          {data.treasury_safe === null && (
            <Note tone="wait" title={t('payouts.no_safe')}>
              {t('payouts.no_safe_next')}
            </Note>
          )}
          <Sheet
            title={
              <>
                {t('payouts.waiting')} <span className="num">{data.count}</span>
              </>
            }
            aside={
              <span className="flex flex-wrap gap-2">
                <Button
                  kind="quiet"
                  size="sm"
                  disabled={data.count === 0}
                  onClick={() =>
                    saveFile(`liqpass-payouts-${data.list_hash.slice(2, 10)}.csv`, payoutsCsv(data), 'text/csv')
                  }
                >
                  <DownloadIcon size={16} /> CSV
                </Button>
                <Button
                  kind="quiet"
                  size="sm"
                  disabled={data.count === 0 || data.treasury_safe === null}
                  busy={batch.isPending}
                  onClick={() => batch.mutate()}
                >
                  <DownloadIcon size={16} /> {t('payouts.safe_file')}
                </Button>
              </span>
            }
          >
            {data.items.length === 0 ? (
              <p className="p-4 text-sm text-muted">{t('payouts.none')}</p>
            ) : (
              <>
                <dl className="grid gap-x-8 gap-y-2 border-b border-line p-4 text-sm sm:grid-cols-3">
                  <div>
                    <dt className="text-muted">{t('payouts.total')}</dt>
                    <dd className="flex items-center">
                      <Money usdc={data.total_usdc} className="text-lg font-semibold" />
                      <CopyButton text={data.total_usdc} label={t('payouts.total')} />
                    </dd>
                  </div>
                  <div>
                    <dt className="text-muted">{t('payouts.list_hash')}</dt>
                    <dd className="num flex items-center">
                      {shortHex(data.list_hash)}
                      <CopyButton text={data.list_hash} label={t('payouts.list_hash')} />
                    </dd>
                  </div>
                  <div>
                    <dt className="text-muted">{t('payouts.from')}</dt>
                    <dd className="num flex items-center">
                      {data.treasury_safe ? (
                        <>
                          {shortHex(data.treasury_safe)}
                          <CopyButton text={data.treasury_safe} label={t('payouts.from')} />
                        </>
                      ) : (
                        '–'
                      )}
                    </dd>
                  </div>
                </dl>
                <ul className="divide-y divide-line">
                  {data.items.map((item) => (
                    <Item key={item.id} item={item} />
                  ))}
                </ul>
              </>
            )}
          </Sheet>
          {recorded && (
            <Note tone="floor" role="status" title={t('payouts.recorded', { count: recorded.count })}>
              <span className="num break-all">{recorded.hash}</span>
            </Note>
          )}
          {data.items.length > 0 && !mayRecord && (
            <p className="text-sm text-muted">{t('payouts.treasurer_records')}</p>
          )}
          {data.items.length > 0 && mayRecord && <RecordAll data={data} onRecorded={setRecorded} />}
        </>
      )}
    </Page>
  );
}

/** What is approved and not paid yet. */
const waiting = (payouts: Payouts): PayoutAnswer[] =>
  payouts.items.filter((item) => item.status !== 'PAID' && item.approved_by !== null);

function Item({ item }: { item: PayoutAnswer }) {
  const { t } = useTranslation('admin');
  return (
    <li className="grid items-center gap-x-6 gap-y-1 px-4 py-3 text-sm lg:grid-cols-[auto_1fr_auto_auto]">
      {item.claim_id === null ? (
        <span className="num font-semibold">{shortId(item.purchase_order_id)}</span>
      ) : (
        <Link to="/admin/claims/$id" params={{ id: item.claim_id }} search={{}} className="num link font-semibold">
          {shortId(item.claim_id)}
        </Link>
      )}
      <span className="flex items-center">
        <span className="num flex flex-wrap gap-x-1.5">
          {hexGroups(item.to ?? '').map((part, index) => (
            <span key={index}>{part}</span>
          ))}
        </span>
        <CopyButton text={item.to ?? ''} label={t('payouts.address')} />
      </span>
      <span className="flex items-center justify-end">
        <Money usdc={item.amount_usdc} className="font-semibold" />
        <CopyButton text={item.amount_usdc} label={t('payouts.amount')} />
      </span>
      <span className="text-muted">
        <Actor name={item.approved_by ?? '–'} /> {item.approved_at && <Instant at={item.approved_at} seconds={false} />}
        {!item.attested && <span className="block text-wait">{t('claim.unattested')}</span>}
      </span>
    </li>
  );
}

type Recorded = { count: number; hash: string };
const draft = z.object({ hash: z.string(), claims: z.array(z.string()) });
const DRAFT = 'lp.payouts.record';

/** A hash that was typed, unless one of the payments it was typed for has been recorded since: it is not for what is left. */
function readDraft(data: { items: readonly PayoutAnswer[] }): string {
  const { hash, claims } = readStored(DRAFT, draft, { hash: '', claims: [] });
  return claims.every((id) => data.items.some((item) => item.id === id)) ? hash : '';
}

/** One transaction may pay several claims: its hash is recorded on each of those chosen. */
function RecordAll({
  data,
  onRecorded,
}: {
  data: { items: readonly PayoutAnswer[] };
  onRecorded: (recorded: Recorded) => void;
}) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const [hash, setHash] = useState(() => readDraft(data));
  const [out, setOut] = useStored<readonly string[]>('lp.payouts.out', z.array(z.string()).readonly(), []);
  const [wrong, setWrong] = useState(false);
  const type = (typed: string): void => {
    setHash(typed);
    writeStored(DRAFT, { hash: typed, claims: data.items.map((item) => item.id) });
  };
  const chosen = data.items.filter((item) => !out.includes(item.id));
  const record = useMutation({
    mutationFn: async () => {
      // One after the other: where one is refused, the rest is left as it was and the list says what remains.
      for (const item of chosen) await markPayoutPaid(api, item.id, { txHash: hash });
    },
    onSettled: async () => {
      // Where the line broke they may have been recorded: the list itself tells.
      const left = await client.fetchQuery({ ...payoutsQuery, staleTime: 0 }).catch(() => null);
      if (left && !chosen.some(({ id }) => waiting(left).some((item) => item.id === id))) {
        type('');
        record.reset();
        onRecorded({ count: chosen.length, hash });
      }
      await client.invalidateQueries({ queryKey: ['admin-claims'] });
    },
  });
  return (
    <Sheet title={t('payouts.record')}>
      <form
        className="grid gap-4 p-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setWrong(!isTxHash(hash));
          if (isTxHash(hash) && chosen.length > 0) record.mutate();
        }}
      >
        <p className="text-sm text-muted">{t('payouts.record_why')}</p>
        <fieldset className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
          <legend className="mb-1 font-semibold">{t('payouts.paid_by_it')}</legend>
          {data.items.map((item) => (
            <label key={item.id} className="inline-flex min-h-9 items-center gap-2">
              <input
                type="checkbox"
                className="size-5 accent-[var(--floor)]"
                checked={!out.includes(item.id)}
                onChange={(event) =>
                  setOut(event.target.checked ? out.filter((id) => id !== item.id) : [...out, item.id])
                }
              />
              <span className="num">
                {shortId(item.claim_id ?? item.purchase_order_id)} · {money(item.amount_usdc)}
              </span>
            </label>
          ))}
        </fieldset>
        <Field label={t('decide.hash')} error={wrong ? t('decide.hash_wrong') : undefined}>
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
        <ErrorNote error={record.error} />
        <div>
          <Button type="submit" busy={record.isPending} disabled={chosen.length === 0}>
            {t('payouts.record_button', { count: chosen.length })}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
