import type { WatchAnswer } from '@liqpass/api/watch';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { watchQuery } from './queries.ts';

/** What the watch over a claim's position saw: from when until when, and what its holder changed. Nothing where it was never on. */
export function WatchSheet({ orderId }: { orderId: string }) {
  const { t } = useTranslation('checks');
  const { data: watch, error, refetch } = useQuery(watchQuery(orderId));
  if (error)
    return (
      <Sheet title={t('watch.title')}>
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </Sheet>
    );
  if (!watch || watch.changed_at === null) return null;
  return (
    <Sheet title={t('watch.title')}>
      <div className="grid gap-3 p-4 text-sm">
        <p className="text-muted">{t('watch.between')}</p>
        <Seen watch={watch} />
        {watch.blind && (
          <p>
            {t('watch.blind')} <Instant at={watch.blind.since} /> <span className="num">{watch.blind.code}</span>
          </p>
        )}
        {watch.changes.length > 0 && (
          <ul className="grid gap-1">
            {watch.changes.map((change) => (
              <li key={`${change.kind} ${change.at} ${change.amount ?? change.after ?? ''}`}>
                <Instant at={change.at} />{' '}
                {t(`watch.change.${change.kind}`, {
                  amount: change.amount ?? '',
                  before: change.before ?? '',
                  after: change.after ?? '',
                })}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Sheet>
  );
}

function Seen({ watch }: { watch: WatchAnswer }) {
  const { t } = useTranslation('checks');
  if (watch.intervals.length === 0) return <p>{t('watch.never')}</p>;
  return (
    <ul className="grid gap-1">
      {watch.intervals.map(({ from, until }) => (
        <li key={from}>
          <Instant at={from} /> – <Instant at={until} />
        </li>
      ))}
    </ul>
  );
}
