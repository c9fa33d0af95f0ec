import type { AuditRow } from '@liqpass/api/operators';
import { useTranslation } from 'react-i18next';
import { Instant } from '../ui/Instant.tsx';
import { reasonSentence } from '../ui/reason.ts';
import { Sheet } from '../ui/sheets.tsx';
import { Actor, useAuditWords } from './auditWords.tsx';

/** Who did what to a claim or an order, oldest first. */
export function AuditSheet({
  rows,
}: {
  rows: readonly Pick<AuditRow, 'id' | 'at' | 'actor' | 'action' | 'from' | 'to' | 'why'>[];
}) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const words = useAuditWords();
  return (
    <Sheet title={t('claim.audit')}>
      <ul className="divide-y divide-line text-sm">
        {rows.map((row) => (
          <li key={row.id} className="grid gap-x-4 px-4 py-2 sm:grid-cols-[minmax(0,1fr)_auto]">
            <span title={row.action}>
              <span className="font-medium">{words.action(row.action, row.to)}</span>{' '}
              {row.from !== row.to && row.to !== null && <span className="text-muted">→ {words.status(row.to)}</span>}
            </span>
            <Instant at={row.at} />
            <span className="min-w-0 break-words text-muted sm:col-span-2">
              <Actor name={row.actor} />
              {row.why && <span className="ml-2">{reasonSentence(tk, row.why)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
