import type { AdminClaim } from '@liqpass/api/operators';
import { HOLD_REASONS, type CheckCode } from '@liqpass/kernel/vocabulary';
import { useQuery, useQueryClient, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { coin, money, price, shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { ChevronLeftIcon, FlagIcon } from '../ui/pageIcons.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Note, Sheet, Tag } from '../ui/sheets.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { claimTone } from '../ui/statusTone.ts';
import { reasonSentence } from '../ui/reason.ts';
import { Timeline } from '../ui/Timeline.tsx';
import { Decide, type Decision } from './Decide.tsx';
import { Address } from './Address.tsx';
import { AuditSheet } from './AuditSheet.tsx';
import { Hedges } from './Hedges.tsx';
import { keptEvidence } from './keptEvidence.ts';
import { NotesSheet, OpenElsewhere } from './NotesSheet.tsx';
import { adminClaimQuery, chainQuery, claimsQuery } from './queries.ts';
import type { QueueFilter } from './queueFilter.ts';
import { TermsAndFacts } from './TermsAndFacts.tsx';
import { WatchSheet } from './WatchSheet.tsx';
import { useKeys } from './useKeys.ts';
import { useMay } from './useOperator.ts';
import { EvidenceView } from '../ui/EvidenceView.tsx';
import { foremost } from '../ui/checkFacts.ts';
import { CheckList } from '../ui/CheckList.tsx';

// Without a network there is no chart; the claim goes on being there.
const ClaimChart = lazy(() => import('./ClaimChart.tsx').catch(() => ({ default: () => null })));

/** One claim: the rules beside the raw answers, the terms, the flags, the timeline, what is related, and the decision. */
export function ClaimPage({ id, filter }: { id: string; filter: QueueFilter }) {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const mayRelease = useMay('reviewer');
  const navigate = useNavigate();
  const client = useQueryClient();
  const claim = useQuery({ ...adminClaimQuery(id), refetchInterval: 10_000 });
  const chain = useQuery(chainQuery);
  const queue = useInfiniteQuery(claimsQuery(filter));
  const [rule, setRule] = useState<CheckCode | null>(null);
  const asked = window.location.hash.replace(/^#/, '');
  const [decision, setDecision] = useState<Decision | null>(
    asked === 'a' ? 'approve' : asked === 'r' ? 'reject' : null,
  );
  const ids = queue.data?.pages.flatMap((page) => page.items.map((item) => item.id)) ?? [];
  const to = (next: string | undefined): void => {
    if (next !== undefined) void navigate({ to: '/admin/claims/$id', params: { id: next }, search: filter });
  };
  /** The claim so many rows on in the queue, also where that is on its next page. */
  const beside = async (step: number): Promise<string | undefined> => {
    const here = ids.indexOf(id);
    if (here < 0) return undefined;
    if (here + step < ids.length || !queue.hasNextPage) return ids[here + step];
    const more = await queue.fetchNextPage();
    return more.data?.pages.flatMap((page) => page.items.map((item) => item.id))[here + step];
  };
  const go = (step: number): void => void beside(step).then(to);
  const c = claim.data;
  const act = (which: Decision, allowed: boolean | undefined) => (allowed ? () => setDecision(which) : undefined);
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    a: act('approve', c?.may.approve),
    r: act('reject', c?.may.reject),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [String(n + 1), () => setRule(foremost(c?.checks ?? [])[n]?.code ?? null)]),
    ),
  });
  if (!c)
    return (
      <Page wide>
        {claim.error ? <ErrorNote error={claim.error} onRetry={() => void claim.refetch()} /> : <Skeleton lines={10} />}
      </Page>
    );
  const evidence = keptEvidence(c);
  const explorer = chain.data?.explorer_url ?? null;
  const done = async (): Promise<void> => {
    const decided = decision === 'approve' || decision === 'reject';
    // What is next is read off the queue as it was: the claim that is decided leaves it.
    const next = decided ? await beside(1) : undefined;
    setDecision(null);
    await Promise.all([
      client.invalidateQueries({ queryKey: ['admin-claim'] }),
      client.invalidateQueries({ queryKey: ['admin-claims'] }),
      client.invalidateQueries({ queryKey: ['payouts'] }),
    ]);
    to(next);
  };
  const held = mayRelease && c.hold_reasons.length > 0 && c.status === 'VERIFIED_PENDING_REVIEW';
  /** A decision that was asked for by a key from the queue is offered only where it is allowed. */
  const isOpen = (which: Decision): boolean =>
    which === 'approve' ? c.may.approve : which === 'reject' ? c.may.reject : true;
  const acts = held || Object.values(c.may).includes(true);
  return (
    <Page wide>
      <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-muted">
        <Link
          to="/admin/claims"
          search={filter}
          className="inline-flex min-h-9 items-center gap-1 no-underline hover:text-ink"
        >
          <ChevronLeftIcon size={16} /> {t('queue.title')}
        </Link>
        <p className="hidden lg:block">{t('claim.keys')}</p>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="num text-2xl">{shortId(c.id)}</h1>
          <Tag tone={claimTone[c.status]}>{ts(`claim_status.${c.status}`)}</Tag>
          <span>
            {c.inst_id ? coin(c.inst_id) : '–'} {c.side ? t(`side.${c.side}`) : ''}{' '}
            {c.leverage ? <span className="num">{c.leverage}×</span> : ''}
          </span>
        </div>
        <div className="flex items-center">
          {c.payout_amount_usdc !== null && <Money usdc={c.payout_amount_usdc} className="text-2xl font-semibold" />}
          <span className="px-2 text-muted">→</span>
          <Address nameable value={c.claimant} label={t('claim.claimant')} explorer={explorer} />
        </div>
      </div>
      <ErrorNote error={claim.error} onRetry={() => void claim.refetch()} />
      <OpenElsewhere orderId={c.purchase_order.id} />
      <PayeeDoubts claim={c} />
      <Flags claim={c} />
      {c.rejected_reason !== null && <RejectedNote claim={c} />}
      {evidence ? (
        <EvidenceView
          order={c.purchase_order}
          claim={{ ...c, evidence_json: undefined }}
          checks={c.checks}
          evidence={evidence}
          selected={rule}
          onSelect={setRule}
        />
      ) : (
        c.checks.length > 0 && <CheckList checks={c.checks} order={c.purchase_order} />
      )}
      <Suspense fallback={<Skeleton lines={5} />}>
        <ClaimChart claim={c} />
      </Suspense>
      <div className="grid gap-5 lg:grid-cols-2">
        <TermsAndFacts claim={c} explorer={explorer} />
        <Sheet title={t('claim.timeline')}>
          <div className="p-4">
            <Timeline
              label={t('claim.timeline')}
              steps={c.timeline.map((step, index) => ({
                key: `${step.kind}${index}`,
                label: t(`timeline.${step.kind}`),
                at: step.at,
                state:
                  Date.parse(step.at) > serverNow()
                    ? ('planned' as const)
                    : step.kind === 'REJECTED'
                      ? ('bad' as const)
                      : ('past' as const),
                note: step.px === null ? null : <span className="num">{price(step.px)}</span>,
              }))}
            />
          </div>
        </Sheet>
        <WatchSheet orderId={c.purchase_order.id} />
        <Hedges claim={c} filter={filter} />
        <Sheet title={t('claim.related')}>
          {c.related.length === 0 ? (
            <p className="p-4 text-sm text-muted">{t('claim.no_related')}</p>
          ) : (
            <ul className="divide-y divide-line text-sm">
              {c.related.map((other) => (
                <li
                  key={other.claim_id + other.relation}
                  className="grid grid-cols-[5rem_1fr_auto] items-center gap-x-3 gap-y-1 px-4 py-2 sm:grid-cols-[5rem_1fr_11rem_5rem]"
                >
                  <Link to="/admin/claims/$id" params={{ id: other.claim_id }} search={filter} className="num link">
                    {shortId(other.claim_id)}
                  </Link>
                  <span className="text-muted">{t(`relation.${other.relation}`)}</span>
                  <span className="max-sm:order-last max-sm:col-span-3">
                    <Tag tone={claimTone[other.status]}>{ts(`claim_status.${other.status}`)}</Tag>
                  </span>
                  <span className="num text-right">
                    {other.payout_amount_usdc === null ? '–' : money(other.payout_amount_usdc)}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Sheet>
        <NotesSheet orderId={c.purchase_order.id} />
        <AuditSheet rows={c.audit} />
      </div>
      {(acts || c.status === 'PAID') && (
        <div className="sticky bottom-0 -mx-4 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-surface px-4 py-3 sm:-mx-6 sm:px-6">
          {c.status === 'PAID' && c.multisig_tx_hash && (
            <span className="mr-auto text-sm">
              {t('claim.paid_with')}{' '}
              <Hash
                value={c.multisig_tx_hash}
                label={t('claim.transaction')}
                href={explorer && `${explorer}/tx/${c.multisig_tx_hash}`}
              />
            </span>
          )}
          {held && (
            <Button kind="quiet" onClick={() => setDecision('release')}>
              {t('claim.release')}
            </Button>
          )}
          {c.may.take_back && (
            <Button kind="quiet" onClick={() => setDecision('take_back')}>
              {t('claim.take_back')}
            </Button>
          )}
          {c.may.reject && (
            <Button kind="danger" onClick={() => setDecision('reject')}>
              {t('claim.reject')}
            </Button>
          )}
          {(c.may.approve || held) && (
            <Button disabled={!c.may.approve} onClick={() => setDecision('approve')}>
              {t('claim.approve')}{' '}
              {c.payout_amount_usdc !== null && <span className="num">{money(c.payout_amount_usdc)}</span>}
            </Button>
          )}
          {c.may.mark_paid && <Button onClick={() => setDecision('paid')}>{t('claim.record_payment')}</Button>}
        </div>
      )}
      {decision && isOpen(decision) && (
        <Decide claim={c} decision={decision} onClose={() => setDecision(null)} onDone={done} />
      )}
    </Page>
  );
}

/** What the chain says against whoever would be paid: told before anybody approves. */
function PayeeDoubts({ claim }: { claim: AdminClaim }) {
  const { t: tk } = useTranslation('checks');
  if (claim.payee_doubts === undefined || claim.payee_doubts.length === 0) return null;
  return (
    <Note tone="liq" title={claim.claimant}>
      <ul className="grid list-disc gap-1 pl-5">
        {claim.payee_doubts.map((doubt) => (
          <li key={doubt}>{tk(`payee.${doubt}`)}</li>
        ))}
      </ul>
    </Note>
  );
}

function Flags({ claim }: { claim: AdminClaim }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const own = [
    ...(claim.attested ? [] : ['UNATTESTED_BINDING']),
    ...(claim.purchase_order.waiting_check === 'UNKNOWN' ? ['WAITING_UNCHECKED'] : []),
  ];
  const all = [...new Set([...claim.hold_reasons, ...claim.flags, ...own])];
  if (all.length === 0) return null;
  return (
    <Note
      tone="wait"
      title={
        <span className="inline-flex items-center gap-2">
          <FlagIcon size={16} />
          {claim.hold_reasons.length > 0 ? t('claim.on_hold') : t('claim.flags')}
        </span>
      }
    >
      <ul className="grid list-disc gap-1 pl-5">
        {all.map((flag) => {
          const known = HOLD_REASONS.find((f) => f === flag);
          return (
            <li key={flag}>
              {known ? tk(`flag.${known}`) : flag}{' '}
              {claim.hold_reasons.includes(flag) && <span className="text-muted">({t('claim.holds')})</span>}
            </li>
          );
        })}
      </ul>
    </Note>
  );
}

function RejectedNote({ claim }: { claim: AdminClaim }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  return (
    <Note
      tone={claim.status === 'REJECTED' ? 'liq' : 'wait'}
      title={claim.status === 'REJECTED' ? t('claim.rejected') : t('claim.last_reason')}
    >
      {reasonSentence(tk, claim.rejected_reason)}
    </Note>
  );
}
