import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { claimQuery, evidenceQuery } from '../data/claimQueries.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { shortId } from '../format.ts';
import { ProofPanel } from '../proof/ProofPanel.tsx';
import { EvidenceView } from '../ui/EvidenceView.tsx';
import { ChevronLeftIcon } from '../ui/pageIcons.tsx';
import { Note } from '../ui/sheets.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { OrderError } from './OrderError.tsx';
import { Page } from '../ui/Shell.tsx';

/** What OKX answered, byte for byte, and the means to check it without us. */
export function EvidencePage({ id }: { id: string }) {
  const { t } = useTranslation('trader');
  const order = useQuery(orderQuery(id));
  const claim = useQuery({ ...claimQuery(id), enabled: Boolean(order.data?.claim_id) });
  const claimId = order.data?.claim_id ?? null;
  const has = claim.data?.claim.evidence_root !== null && claim.data?.claim.evidence_root !== undefined;
  const evidence = useQuery({ ...evidenceQuery(claimId ?? ''), enabled: claimId !== null && has });
  const error = order.error ?? claim.error ?? evidence.error;
  return (
    <Page wide>
      <div className="grid gap-2">
        <Link
          to="/policies/$id"
          params={{ id }}
          className="inline-flex min-h-9 items-center gap-1 text-sm text-muted no-underline hover:text-ink"
        >
          <ChevronLeftIcon size={16} /> {t('policy.of', { id: shortId(id) })}
        </Link>
        <h1 className="text-4xl">{t('evidence.title')}</h1>
        <p className="max-w-[44em] text-muted">{t('evidence.lead')}</p>
      </div>
      {error && (
        <OrderError
          error={error}
          onRetry={() => void [order, claim, evidence].find((query) => query.error)?.refetch()}
        />
      )}
      {order.data && (order.data.claim_id === null || (claim.data && !has)) && <Note>{t('evidence.none')}</Note>}
      {order.data && claim.data && evidence.data ? (
        <>
          <EvidenceView
            order={order.data}
            claim={{ ...claim.data.claim, checks: claim.data.checks, liquidation: claim.data.liquidation }}
            checks={claim.data.checks}
            evidence={evidence.data}
          />
          <ProofPanel order={order.data} claim={claim.data.claim} />
        </>
      ) : (
        !error &&
        (order.isPending || (claimId !== null && (claim.isPending || (has && evidence.isPending)))) && (
          <Skeleton lines={8} />
        )
      )}
    </Page>
  );
}
