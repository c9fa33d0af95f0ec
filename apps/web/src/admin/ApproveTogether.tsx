import { approveClaim } from '@liqpass/api/operatorCalls';
import type { AdminClaimItem } from '@liqpass/api/operators';
import { formatUsdc, parseUsdc, usdc } from '@liqpass/kernel/money';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';
import { Note } from '../ui/sheets.tsx';
import { ShortAddress } from './Address.tsx';
import { api } from './operatorApi.ts';

/** Proven, seen with a key when it was bound, and with nothing that a person should look at first. */
export const isClean = (claim: AdminClaimItem): boolean =>
  claim.status === 'VERIFIED_PENDING_REVIEW' && claim.attested && claim.hold_reasons.length + claim.flags.length === 0;

/** Several clean claims, shown one by one first, and each a decision of its own. */
export function ApproveTogether({ claims, onClose }: { claims: readonly AdminClaimItem[]; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  // As they stood when the question was asked: what is decided meanwhile is not put in their place.
  const [listed] = useState(claims);
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [approved, setApproved] = useState<ReadonlySet<string>>(new Set());
  const chosen = listed.filter((claim) => !out.has(claim.id) && !approved.has(claim.id));
  const total = formatUsdc(
    usdc(chosen.reduce((sum, claim) => sum + (parseUsdc(claim.payout_amount_usdc ?? '') ?? 0n), 0n)),
  );
  const approve = useMutation({
    mutationFn: async () => {
      for (const claim of chosen) {
        await approveClaim(api, claim.id, {});
        setApproved((done) => new Set([...done, claim.id]));
      }
    },
    onSettled: () =>
      client.invalidateQueries({
        predicate: (query) => ['admin-claims', 'admin-claim', 'payouts'].includes(String(query.queryKey[0])),
      }),
    onSuccess: onClose,
  });
  return (
    <Modal title={t('queue.together_title', { count: chosen.length, total: money(total) })} onClose={onClose}>
      <p className="text-sm text-muted">{t('queue.together_why')}</p>
      <ul className="grid max-h-[45vh] gap-1 overflow-y-auto text-sm" tabIndex={0} aria-label={t('queue.title')}>
        {listed.map((claim) => (
          <li key={claim.id}>
            <label className="flex min-h-9 items-center gap-2">
              <input
                type="checkbox"
                className="size-5 accent-[var(--floor)]"
                checked={!out.has(claim.id)}
                disabled={approve.isPending || approved.has(claim.id)}
                onChange={(event) => {
                  const next = new Set(out);
                  if (event.target.checked) next.delete(claim.id);
                  else next.add(claim.id);
                  setOut(next);
                }}
              />
              <span className="num font-semibold">{shortId(claim.id)}</span>
              <span className="min-w-0 text-muted">
                → <ShortAddress value={claim.claimant} />
              </span>
              <span className="num ml-auto">{money(claim.payout_amount_usdc ?? '0')}</span>
            </label>
          </li>
        ))}
      </ul>
      {approved.size > 0 && (
        <Note tone="floor" role="status" title={t('queue.together_done', { count: approved.size })} />
      )}
      <ErrorNote error={approve.error} />
      <div className="flex justify-end gap-3">
        <Button kind="quiet" onClick={onClose}>
          {t('decide.cancel')}
        </Button>
        <Button data-autofocus busy={approve.isPending} disabled={chosen.length === 0} onClick={() => approve.mutate()}>
          {t('queue.together_button', { count: chosen.length })}
        </Button>
      </div>
    </Modal>
  );
}
