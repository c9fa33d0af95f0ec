import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shortHex } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Hash } from '../ui/Money.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { Actor } from './auditWords.tsx';
import { Approved, Batch } from './PayoutGroup.tsx';
import { PayoutRow } from './PayoutRow.tsx';
import { PayoutStep, type Asked } from './PayoutStep.tsx';
import { batchesQuery, chainQuery, payoutsQuery } from './queries.ts';
import type { Recorded } from './RecordPayment.tsx';
import { useMay } from './useOperator.ts';

const EVERY = { refetchInterval: 15_000 };

/** What is owed, from the approval of a refund to the hash that paid it: to approve, approved, in batches, recorded. */
export function PayoutsPage() {
  const { t } = useTranslation('admin');
  const due = useQuery({ ...payoutsQuery('DUE'), ...EVERY });
  const batched = useQuery({ ...payoutsQuery('IN_BATCH'), ...EVERY });
  const batches = useQuery({ ...batchesQuery, ...EVERY });
  const mayRecord = useMay('treasurer');
  const [recorded, setRecorded] = useState<Recorded | null>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const toApprove = due.data?.items.filter((item) => item.approved_by === null) ?? [];
  const approved = due.data?.items.filter((item) => item.approved_by !== null) ?? [];
  const open = batches.data?.items.filter((batch) => batch.status === 'OPEN') ?? [];
  const inBatch = batched.data?.items ?? [];
  const error = due.error ?? batched.error ?? batches.error;
  return (
    <Page wide>
      <h1 className="text-2xl">{t('payouts.title')}</h1>
      <p className="max-w-[48em] text-sm text-muted">{t('payouts.lead')}</p>
      <ErrorNote
        error={error}
        onRetry={() => void Promise.all([due.refetch(), batched.refetch(), batches.refetch()])}
      />
      {!due.data || !batched.data || !batches.data ? (
        !error && <Skeleton lines={6} />
      ) : (
        <>
          {due.data.treasury_safe === null && (
            <Note tone="wait" title={t('payouts.no_safe')}>
              {t('payouts.no_safe_next')}
            </Note>
          )}
          {recorded && (
            <Note
              tone={recorded.count === recorded.asked ? 'floor' : 'wait'}
              role="status"
              title={
                recorded.count === recorded.asked
                  ? t('payouts.recorded', { count: recorded.count })
                  : t('payouts.recorded_part', { count: recorded.count, asked: recorded.asked })
              }
            >
              <span className="num">{money(recorded.total)} USDC</span> ·{' '}
              <span className="num break-all">{recorded.hash}</span>
            </Note>
          )}
          {toApprove.length > 0 && (
            <Sheet
              title={
                <>
                  {t('payouts.to_approve')} <span className="num">{toApprove.length}</span>
                </>
              }
            >
              <p className="border-b border-line px-4 py-2 text-sm text-muted">{t('payouts.to_approve_why')}</p>
              <ul className="divide-y divide-line">
                {toApprove.map((payout) => (
                  <PayoutRow key={payout.id} item={payout}>
                    <Received hash={payout.received_tx_hash} />
                    <span className="flex flex-wrap gap-2">
                      {payout.may.set_payee && (
                        <Button kind="quiet" size="sm" onClick={() => ask({ step: 'payee', payout })}>
                          {t('payouts.enter_address')}
                        </Button>
                      )}
                      {payout.may.approve && (
                        <Button size="sm" onClick={() => ask({ step: 'approve', payout })}>
                          {t('payouts.approve')}
                        </Button>
                      )}
                    </span>
                  </PayoutRow>
                ))}
              </ul>
            </Sheet>
          )}
          {(approved.length > 0 || open.length === 0) && (
            <Approved payouts={approved} ask={ask} onRecorded={setRecorded} />
          )}
          {open.map((batch) => (
            <Batch
              key={batch.id}
              batch={batch}
              token={due.data.token_address}
              payouts={inBatch.filter((payout) => payout.batch_id === batch.id)}
              ask={ask}
              onRecorded={setRecorded}
            />
          ))}
          {approved.length + open.length > 0 && !mayRecord && (
            <p className="text-sm text-muted">{t('payouts.treasurer_records')}</p>
          )}
          <PaidOut ask={ask} />
        </>
      )}
      {asked && <PayoutStep asked={asked} onClose={() => ask(null)} />}
    </Page>
  );
}

function Received({ hash }: { hash: string | null }) {
  const { t } = useTranslation('admin');
  const explorer = useQuery(chainQuery).data?.explorer_url ?? null;
  if (hash === null) return null;
  return (
    <span>
      {t('payouts.received')}{' '}
      <Hash value={hash} label={t('payouts.received')} href={explorer && `${explorer}/tx/${hash}`} />
    </span>
  );
}

/** What was recorded last, and undone within a day where it was a mistake. */
function PaidOut({ ask }: { ask: (asked: Asked) => void }) {
  const { t } = useTranslation('admin');
  const paid = useQuery({ ...payoutsQuery('PAID'), ...EVERY });
  const explorer = useQuery(chainQuery).data?.explorer_url ?? null;
  const items = paid.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Sheet title={t('payouts.recent')}>
      <ul className="divide-y divide-line">
        {items.map((payout) => (
          <PayoutRow key={payout.id} item={payout}>
            {payout.tx_hash !== null && (
              <span title={shortHex(payout.tx_hash)}>
                <Hash
                  value={payout.tx_hash}
                  label={t('claim.transaction')}
                  href={explorer && `${explorer}/tx/${payout.tx_hash}`}
                />
              </span>
            )}
            {payout.recorded_by !== null && payout.paid_at !== null && (
              <span>
                <Actor name={payout.recorded_by} /> <Instant at={payout.paid_at} />
              </span>
            )}
            {payout.may.undo && (
              <Button kind="quiet" size="sm" onClick={() => ask({ step: 'undo', payout })}>
                {t('payouts.undo')}
              </Button>
            )}
          </PayoutRow>
        ))}
      </ul>
    </Sheet>
  );
}
