import type { ClaimEvidence } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { Check } from '@liqpass/api/verify';
import type { CheckCode } from '@liqpass/kernel/vocabulary';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortHex, shortId } from '../format.ts';
import { CheckList } from './CheckList.tsx';
import { saveFile } from './download.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { leafValue } from './evidenceLeaf.ts';
import { CheckIcon, RefreshIcon } from './icons.tsx';
import { DownloadIcon } from './pageIcons.tsx';
import { JsonView } from './JsonView.tsx';
import { Button, CopyButton } from './kit.tsx';
import { Note, Sheet } from './sheets.tsx';

/** Rules on one side, the raw answers on the other: choosing a rule marks the line it rests on. */
export function EvidenceView({
  order,
  claim,
  checks,
  evidence,
  selected: chosenOutside,
  onSelect,
}: {
  order: PurchaseOrderAnswer;
  /** What the page says about the claim: compared with the evidence when somebody checks it. */
  claim: Readonly<Record<string, unknown>>;
  checks: readonly Check[];
  evidence: ClaimEvidence;
  selected?: CheckCode | null;
  onSelect?: (code: CheckCode) => void;
}) {
  const { t } = useTranslation('checks');
  const [own, setOwn] = useState<CheckCode | null>(null);
  const selected = chosenOutside === undefined ? own : chosenOutside;
  const select = onSelect ?? setOwn;
  const at = checks.find((check) => check.code === selected)?.evidence?.[0];
  const [leaf, setLeaf] = useState<string | null>(null);
  const path = at?.path ?? leaf ?? evidence.leaves[0]?.path ?? null;
  const hash = evidence.leaves.find((l) => l.path === path)?.hash ?? null;
  const value = path === null ? null : leafValue(evidence.bundle, path);
  const recheck = useMutation({
    mutationFn: async () => {
      const { recheck: run } = await import('./recheck.ts');
      return run(evidence, claim);
    },
  });
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[1.1fr_1fr]">
      <div className="grid min-w-0 gap-5">
        <Sheet
          title={t('root')}
          aside={
            <Button
              kind="bare"
              size="sm"
              onClick={() =>
                saveFile(
                  `liqpass-evidence-${shortId(evidence.claim_id)}.json`,
                  JSON.stringify(evidence, null, 2),
                  'application/json',
                )
              }
            >
              <DownloadIcon size={16} /> {t('download')}
            </Button>
          }
        >
          <div className="flex items-center justify-between gap-2 px-4 py-2">
            <code className="num text-sm break-all">{evidence.root}</code>
            <CopyButton text={evidence.root} label={t('root')} />
          </div>
          <div className="grid gap-3 border-t border-line p-4 text-sm">
            <p className="text-muted">{t('check_yourself_why')}</p>
            <div>
              <Button kind="quiet" busy={recheck.isPending} onClick={() => recheck.mutate()}>
                {recheck.data?.ok ? <CheckIcon size={16} /> : <RefreshIcon size={16} />} {t('check_yourself')}
              </Button>
            </div>
            {recheck.data && (
              <Note
                tone={recheck.data.ok ? 'floor' : 'liq'}
                role="status"
                title={recheck.data.ok ? t('recheck_ok') : t('recheck_bad')}
              >
                <ul className="grid gap-1">
                  {recheck.data.lines.map((line) => (
                    <li key={line} className="num break-all">
                      {line}
                    </li>
                  ))}
                </ul>
              </Note>
            )}
            <ErrorNote error={recheck.error} />
          </div>
        </Sheet>
        <CheckList checks={checks} order={order} selected={selected} onSelect={select} />
      </div>
      <div className="grid min-w-0 gap-5 lg:sticky lg:top-6">
        <Sheet
          title={t('raw')}
          aside={
            <select
              aria-label={t('leaf')}
              className="num min-h-9 max-w-64 rounded-md border border-edge bg-surface px-2 text-sm"
              value={path ?? ''}
              onChange={(event) => {
                setLeaf(event.target.value);
                setOwn(null);
              }}
            >
              {evidence.leaves.map((l) => (
                <option key={l.path} value={l.path}>
                  {l.path}
                </option>
              ))}
            </select>
          }
        >
          <div className="h-[60vh]">
            <JsonView value={value} pointer={at?.path === path ? at?.pointer : null} label={t('raw')} />
          </div>
          {hash && (
            <div className="flex items-center justify-between gap-2 border-t border-line px-4 text-sm text-muted">
              <span>
                {t('leaf_hash')} <code className="num">{shortHex(hash)}</code>
              </span>
              <CopyButton text={hash} label={t('leaf_hash')} />
            </div>
          )}
        </Sheet>
      </div>
    </div>
  );
}
