import type { TraderClaim } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { shortId } from '../format.ts';
import { saveFile } from '../ui/download.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { CheckIcon } from '../ui/icons.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { DownloadIcon } from '../ui/pageIcons.tsx';

const ProofResult = lazy(() => import('./ProofResult.tsx'));

/** "Check it here" and "download": what proves a cover, fetched and checked when somebody asks for it. `claim`: once the page knows it. */
export function ProofPanel({ order, claim }: { order: PurchaseOrderAnswer; claim: TraderClaim['claim'] | undefined }) {
  const { t } = useTranslation('trader');
  // Until then neither: a file without the evidence that there is would prove less than it says.
  const isKnown = order.claim_id === null || claim !== undefined;
  const run = async () => (await import('./checkHere.ts')).checkHere(order, claim ?? null);
  const check = useMutation({ mutationFn: run });
  const download = useMutation({
    mutationFn: async () => {
      const { text } = await run();
      saveFile(`liqpass-proof-${shortId(order.id)}.json`, text, 'application/json');
    },
  });
  return (
    <section className="sheet no-print grid gap-4 p-5" aria-labelledby="proof">
      <h2 id="proof" className="text-xl">
        {t('proof.title')}
      </h2>
      <p className="text-sm text-muted">{t('proof.why')}</p>
      <div className="flex flex-wrap items-center gap-3">
        <Button kind="quiet" busy={!isKnown || check.isPending} onClick={() => check.mutate()}>
          <CheckIcon size={16} /> {t('proof.check')}
        </Button>
        <Button kind="bare" busy={!isKnown || download.isPending} onClick={() => download.mutate()}>
          <DownloadIcon size={16} /> {t('proof.download')}
        </Button>
      </div>
      <ErrorNote error={check.error ?? download.error} />
      {check.data && (
        <Suspense fallback={<Skeleton lines={4} />}>
          <ProofResult {...check.data} />
        </Suspense>
      )}
      <p className="text-sm text-muted">
        {t('proof.elsewhere')}{' '}
        <Link to="/check" className="link">
          {t('proof.check_file')}
        </Link>
      </p>
    </section>
  );
}
