import { getPast } from '@liqpass/api/past';
import type { Quote } from '@liqpass/api/quotes';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { percent, price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/kit.tsx';

/** How often the quoted cover, begun at any hour of the last year, would have paid, and when. No promise. */
export default function PastCovers({ quote }: { quote: Quote }): ReactNode {
  const { t } = useTranslation('trader');
  // Rounded, so that a price that moves a little asks nothing anew.
  const distance = Math.max(0.0001, Number(quote.distance.toFixed(3)));
  const query = { instId: quote.inst_id, side: quote.side, policyType: quote.policy_type, distance };
  const { data, error, refetch } = useQuery({ queryKey: ['past', query], queryFn: () => getPast(api, query) });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={4} />;
  if (data.from === null) return <p className="text-sm text-muted">{t('past.none_known')}</p>;
  const most = Math.max(...data.months.map(({ covers, paid }) => paid / covers));
  return (
    <div className="grid gap-3 text-sm">
      <p>
        {t('past.paid', {
          // A year once all of it has been read.
          from: data.from.slice(0, 10),
          paid: price(String(data.paid)),
          covers: price(String(data.covers)),
          share: percent(data.paid / data.covers),
        })}
      </p>
      <div>
        <ul className="flex h-20 items-end gap-1" aria-label={t('past.by_month')}>
          {data.months.map(({ month, covers, paid }) => (
            <li
              key={month}
              className="flex h-full min-w-0 flex-1 items-end bg-sunken"
              title={`${month}: ${percent(paid / covers)}`}
            >
              <span
                className="block w-full bg-floor"
                style={{ height: `${most === 0 ? 0 : (paid / covers / most) * 100}%` }}
              />
              <span className="sr-only">{`${month}: ${percent(paid / covers)}`}</span>
            </li>
          ))}
        </ul>
        <p aria-hidden="true" className="num flex justify-between text-xs text-muted">
          <span>{data.months[0]?.month}</span>
          <span>{data.months.at(-1)?.month}</span>
        </p>
      </div>
      <p>
        {data.worst_day
          ? t('past.worst', { day: data.worst_day.day, paid: data.worst_day.paid, covers: data.worst_day.covers })
          : t('past.never')}
      </p>
      <p className="text-muted">{t('past.no_promise')}</p>
    </div>
  );
}
