import { getBatch, getBatchFile, makeBatch } from '@liqpass/api/payoutCalls';
import type { BatchSummary, PayoutAnswer } from '@liqpass/api/payouts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { money, shortHex } from '../format.ts';
import { saveFile } from '../ui/download.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, CopyButton } from '../ui/kit.tsx';
import { Money } from '../ui/Money.tsx';
import { DownloadIcon } from '../ui/pageIcons.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Actor } from './auditWords.tsx';
import { api } from './operatorApi.ts';
import { PayoutRow } from './PayoutRow.tsx';
import type { Asked } from './PayoutStep.tsx';
import { payoutsCsv } from './payoutsCsv.ts';
import { RecordPayment, totalOf, type Recorded } from './RecordPayment.tsx';
import { useMay } from './useOperator.ts';

type Common = {
  readonly payouts: readonly PayoutAnswer[];
  readonly ask: (asked: Asked) => void;
  readonly onRecorded: (recorded: Recorded) => void;
};

/** Approved and in no batch: to be frozen into one, or recorded as they are where they were paid one by one. */
export function Approved({ payouts, ask, onRecorded }: Common) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const mayPay = useMay('treasurer');
  const freeze = useMutation({
    mutationFn: () => makeBatch(api, { payoutIds: payouts.map((payout) => payout.id) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['payouts'] }),
  });
  const toRecord = payouts.filter((each) => each.may.mark_paid);
  return (
    <Sheet
      title={
        <>
          {t('payouts.waiting')} <span className="num">{payouts.length}</span>
        </>
      }
      aside={
        mayPay &&
        payouts.length > 0 && (
          <Button size="sm" busy={freeze.isPending} onClick={() => freeze.mutate()}>
            {t('payouts.make_batch', { total: money(totalOf(payouts)) })}
          </Button>
        )
      }
    >
      <div className="empty:hidden [&>*]:m-4">
        <ErrorNote error={freeze.error} />
      </div>
      {payouts.length === 0 ? (
        <p className="p-4 text-sm text-muted">{t('payouts.none')}</p>
      ) : (
        <>
          <Rows payouts={payouts} ask={ask} />
          {toRecord.length > 0 && <RecordPayment payouts={toRecord} onRecorded={onRecorded} />}
        </>
      )}
    </Sheet>
  );
}

/** A batch that stands: its files for the Safe, what signers compare, and its payment. */
export function Batch({ batch, token, payouts, ask, onRecorded }: Common & { batch: BatchSummary; token: string }) {
  const { t } = useTranslation('admin');
  const mayPay = useMay('treasurer');
  const name = `liqpass-payouts-${batch.list_hash.slice(2, 10)}`;
  const file = useMutation({
    mutationFn: async () =>
      saveFile(`${name}.json`, JSON.stringify(await getBatchFile(api, batch.id), null, 2), 'application/json'),
  });
  const csv = useMutation({
    mutationFn: async () =>
      saveFile(`${name}.csv`, payoutsCsv(token, (await getBatch(api, batch.id)).items), 'text/csv'),
  });
  const toRecord = payouts.filter((each) => each.may.mark_paid);
  return (
    <Sheet
      title={
        <>
          {t('payouts.batch')} <span className="num">{shortHex(batch.list_hash)}</span> ·{' '}
          <span className="num">{batch.count}</span>
          {batch.paid > 0 && ` · ${t('payouts.paid_of', { paid: batch.paid, count: batch.count })}`}
        </>
      }
      aside={
        <span className="flex flex-wrap gap-2">
          {batch.paid === 0 && (
            <>
              <Button kind="quiet" size="sm" busy={csv.isPending} onClick={() => csv.mutate()}>
                <DownloadIcon size={16} /> CSV
              </Button>
              <Button
                kind="quiet"
                size="sm"
                disabled={batch.treasury_safe === null}
                busy={file.isPending}
                onClick={() => file.mutate()}
              >
                <DownloadIcon size={16} /> {t('payouts.safe_file')}
              </Button>
            </>
          )}
          {mayPay && (
            <Button kind="danger" size="sm" onClick={() => ask({ step: 'drop', batch })}>
              {t('payouts.drop')}
            </Button>
          )}
        </span>
      }
    >
      <div className="empty:hidden [&>*]:m-4">
        <ErrorNote error={file.error ?? csv.error} />
      </div>
      <ListFacts total={batch.total_usdc} hash={batch.list_hash} safe={batch.treasury_safe}>
        <dt className="text-muted">{t('payouts.frozen')}</dt>
        <dd>
          <Actor name={batch.created_by} /> <Instant at={batch.created_at} seconds={false} />
        </dd>
      </ListFacts>
      <Rows payouts={payouts} ask={ask} />
      {toRecord.length > 0 && <RecordPayment payouts={toRecord} onRecorded={onRecorded} />}
    </Sheet>
  );
}

/** What signers compare on their own screens. */
function ListFacts({
  total,
  hash,
  safe,
  children,
}: {
  total: string;
  hash: string;
  safe: string | null;
  children?: React.ReactNode;
}) {
  const { t } = useTranslation('admin');
  return (
    <dl className="grid gap-x-8 gap-y-2 border-b border-line p-4 text-sm sm:grid-cols-2 lg:grid-cols-4">
      <div>
        <dt className="text-muted">{t('payouts.total')}</dt>
        <dd className="flex items-center">
          <Money usdc={total} className="text-lg font-semibold" />
          <CopyButton text={total} label={t('payouts.total')} />
        </dd>
      </div>
      <div>
        <dt className="text-muted">{t('payouts.list_hash')}</dt>
        <dd className="num flex items-center" translate="no">
          {shortHex(hash)}
          <CopyButton text={hash} label={t('payouts.list_hash')} />
        </dd>
      </div>
      <div>
        <dt className="text-muted">{t('payouts.from')}</dt>
        <dd className="num flex items-center" translate="no">
          {safe ? (
            <>
              {shortHex(safe)}
              <CopyButton text={safe} label={t('payouts.from')} />
            </>
          ) : (
            '–'
          )}
        </dd>
      </div>
      {children && <div>{children}</div>}
    </dl>
  );
}

function Rows({ payouts, ask }: Pick<Common, 'payouts' | 'ask'>) {
  const { t } = useTranslation('admin');
  return (
    <ul className="divide-y divide-line">
      {payouts.map((payout) => (
        <PayoutRow key={payout.id} item={payout}>
          {payout.approved_by !== null && payout.approved_at !== null && (
            <span>
              <Actor name={payout.approved_by} /> <Instant at={payout.approved_at} seconds={false} />
            </span>
          )}
          {payout.may.take_back && (
            <Button kind="quiet" size="sm" onClick={() => ask({ step: 'take_back', payout })}>
              {t('claim.take_back')}
            </Button>
          )}
        </PayoutRow>
      ))}
    </ul>
  );
}
