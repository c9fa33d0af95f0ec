import type { TraderClaim } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { fileClaim } from '@liqpass/api/claimCalls';
import { cleanAddress, wrongAddress } from '@liqpass/api/pasted';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { api } from '../data/api.ts';
import { claimQuery } from '../data/claimQueries.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { useStored } from '../data/stored.ts';
import { countdown } from '../format.ts';
import { CheckList } from '../ui/CheckList.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { SpinnerIcon } from '../ui/icons.tsx';
import { useNow } from '../ui/Instant.tsx';
import { Button, buttonClass } from '../ui/kit.tsx';
import { Facts, Note } from '../ui/sheets.tsx';
import { Field } from '../ui/fields.tsx';
import { ExchangeAmount, Hash, Money } from '../ui/Money.tsx';
import { useWrong } from '../ui/useWrong.ts';
import { reasonSentence } from '../ui/reason.ts';
import { Contact, ContactAbout } from './Contact.tsx';
import { SharePaid } from './SharePaid.tsx';
import { useNetwork } from './useNetwork.ts';
import { useMe } from '../wallet/session.ts';
import { useWallet } from '../wallet/walletStore.ts';

/** One click: the wallet that bought claims; without one, the address to be paid. */
export function FileClaim({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const me = useMe();
  const wallet = useWallet();
  const client = useQueryClient();
  const [typed, setTyped] = useStored(`lp.claimant.${order.id}`, z.string(), '');
  const known =
    order.payout_address ?? order.owner ?? me.data?.address ?? (wallet.status === 'none' ? null : wallet.address);
  const claimant = known ?? cleanAddress(typed);
  const problem = wrongAddress(claimant);
  const wrong = useWrong();
  const network = useNetwork();
  const file = useMutation({
    mutationFn: () => fileClaim(api, order.id, { claimant }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: orderQuery(order.id).queryKey }),
        client.invalidateQueries({ queryKey: claimQuery(order.id).queryKey }),
      ]);
    },
  });
  return (
    <div className="grid gap-3 sm:max-w-72">
      {known === null && (
        <Field
          label={t('claim.pay_to')}
          hint={t('claim.pay_to_hint', { network })}
          error={typed === '' ? undefined : wrong(problem)}
        >
          {(aria) => (
            <input
              {...aria}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              className="num field-box text-sm"
              placeholder="0x…"
            />
          )}
        </Field>
      )}
      <Button size="lg" busy={file.isPending} disabled={problem !== null} onClick={() => file.mutate()}>
        {order.claim_id === null ? t('claim.file') : t('claim.again')}
      </Button>
      <p className="text-sm text-muted">{t('claim.one_click')}</p>
      <ErrorNote error={file.error} />
      <ContactAbout error={file.error} />
    </div>
  );
}

/** Whether it was asked for while the position lived: no failure, and the cover goes on. */
export const isStillOpen = (claim: TraderClaim['claim']): boolean =>
  claim.status === 'FAILED' && (claim.rejected_reason ?? claim.last_attempt_reason) === 'STILL_OPEN';

/** The claim as it goes: what is being checked, what was found, what happens next. */
export function ClaimPanel({ order, shown }: { order: PurchaseOrderAnswer; shown: TraderClaim }) {
  const { t } = useTranslation('trader');
  const { t: tk } = useTranslation('checks');
  const { claim, liquidation } = shown;
  // While it is asked again, what could not be looked at so far is still to come.
  const checks =
    claim.status === 'VERIFYING' ? shown.checks.filter(({ result }) => result !== 'no_data') : shown.checks;
  const isAccepted = claim.status === 'APPROVED_PENDING_MULTISIG' || claim.status === 'PAID';
  const to = useQuery(paymentInstructionsQuery);
  const explorer = to.data?.explorer_url ?? null;
  return (
    <section className="grid gap-5" aria-label={t('claim.title')}>
      {claim.status === 'VERIFYING' && (
        <Verifying next={claim.next_attempt_at} attempts={claim.attempts} reason={claim.last_attempt_reason} />
      )}
      {claim.status === 'VERIFIED_PENDING_REVIEW' && (
        <Note tone="wait" role="status" title={t('claim.verified')}>
          <p>{t('claim.verified_next')}</p>
          {claim.hold_reasons.length > 0 && <p className="mt-1">{t('claim.held')}</p>}
        </Note>
      )}
      {claim.status === 'APPROVED_PENDING_MULTISIG' && (
        <Note tone="floor" role="status" title={t('claim.approved')}>
          {t('claim.approved_next')}
        </Note>
      )}
      {claim.status === 'REJECTED' && (
        <Note tone="liq" role="status" title={t('claim.rejected')}>
          <p>{reasonSentence(tk, claim.rejected_reason)}</p>
          {shown.rejected_text && <p className="mt-1">{shown.rejected_text}</p>}
          <p className="mt-1 text-muted">{t('claim.rejected_next')}</p>
          <Contact />
        </Note>
      )}
      {claim.status === 'FAILED' &&
        (isStillOpen(claim) ? (
          <Note
            tone="floor"
            role="status"
            title={t(order.status === 'ACTIVE' ? 'claim.still_open' : 'claim.still_open_ended')}
          >
            {t(order.status === 'ACTIVE' ? 'claim.still_open_next' : 'claim.still_open_ended_next')}
          </Note>
        ) : (
          <Note tone="wait" role="status" title={t('claim.failed')}>
            <p>{reasonSentence(tk, claim.rejected_reason ?? claim.last_attempt_reason)}</p>
            <p className="mt-1 text-muted">{t('claim.failed_next')}</p>
          </Note>
        ))}
      {claim.status === 'PAID' && claim.payout_amount_usdc !== null && (
        <div className="sheet">
          <div className="flex flex-wrap items-center justify-between gap-3 p-5">
            <div>
              <h2 className="text-lg">{t('claim.paid')}</h2>
              <p className="text-sm text-muted">{t('claim.paid_note')}</p>
            </div>
            <p className="num text-2xl font-semibold text-floor">
              +<Money usdc={claim.payout_amount_usdc} />
            </p>
          </div>
          <div className="flex flex-wrap items-center justify-between gap-3 border-t border-dashed border-edge px-5 py-2">
            <span className="text-sm text-muted">{t('claim.transaction')}</span>
            {claim.multisig_tx_hash && (
              <Hash
                value={claim.multisig_tx_hash}
                label={t('claim.transaction')}
                href={explorer && `${explorer}/tx/${claim.multisig_tx_hash}`}
              />
            )}
            <Link to="/receipt/$id" params={{ id: order.id }} className={buttonClass('quiet', 'sm')}>
              {t('claim.receipt')}
            </Link>
          </div>
        </div>
      )}
      {claim.status === 'PAID' && claim.payout_amount_usdc !== null && claim.multisig_tx_hash && explorer && (
        <SharePaid order={order} proof={`${explorer}/tx/${claim.multisig_tx_hash}`} payout={claim.payout_amount_usdc} />
      )}
      {claim.status !== 'PAID' && claim.payout_amount_usdc !== null && (
        <Facts
          rows={[
            [t('claim.payout'), <Money key="p" usdc={claim.payout_amount_usdc} className="font-semibold" />],
            liquidation
              ? [
                  t('claim.loss'),
                  <ExchangeAmount key="l" amount={liquidation.loss.insured} ccy={liquidation.loss.ccy} />,
                ]
              : null,
          ]}
        />
      )}
      {(checks.length > 0 || claim.status === 'VERIFYING') && (
        <div>
          <div className="mb-2 flex items-baseline justify-between">
            <h2 className="text-lg">{t('claim.checks')}</h2>
            {claim.evidence_root && (
              <Link className="link text-sm" to="/policies/$id/evidence" params={{ id: order.id }}>
                {t('claim.evidence')}
              </Link>
            )}
          </div>
          <p className="mb-3 max-w-[40em] text-sm text-muted">{t('claim.checks_why')}</p>
          {isAccepted && checks.some(({ result }) => result === 'fail') && (
            <p className="mb-3 max-w-[40em]">{t('claim.accepted_all_the_same')}</p>
          )}
          <CheckList checks={checks} running={claim.status === 'VERIFYING'} order={order} />
        </div>
      )}
    </section>
  );
}

function Verifying({ next, attempts, reason }: { next: string | null; attempts: number; reason: string | null }) {
  const { t } = useTranslation('trader');
  const { t: tk } = useTranslation('checks');
  const now = useNow();
  const wait = next === null ? 0 : Date.parse(next) - now;
  return (
    <Note
      tone="wait"
      role="status"
      title={
        <span className="inline-flex items-center gap-2">
          <SpinnerIcon size={16} className="spinning" /> {t('claim.verifying')}
        </span>
      }
    >
      <p>{t('claim.verifying_note')}</p>
      {reason !== null && (
        <p className="mt-1">
          {t('claim.attempt', { count: attempts })} {reasonSentence(tk, reason)}{' '}
          {wait > 0 && (
            <span>
              {t('claim.next_in')} <span className="num">{countdown(wait)}</span>
            </span>
          )}
        </p>
      )}
    </Note>
  );
}
