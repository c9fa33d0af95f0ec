import { listMessages } from '@liqpass/api/channelCalls';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { Instant } from '../ui/Instant.tsx';

/** What its owner was told of an order, and where that can be changed. */
export function MessagesSent({ orderId }: { orderId: string }) {
  const { t } = useTranslation('telling');
  const { data } = useQuery({
    queryKey: ['messages', orderId],
    queryFn: () => listMessages(api, orderId),
    // One that waits is sent within seconds.
    refetchInterval: (query) => (query.state.data?.items.some(({ state }) => state === 'waiting') ? 3_000 : 30_000),
  });
  return (
    <section className="sheet grid gap-3 p-5" aria-label={t('messages')}>
      <h2 className="text-xl">{t('messages')}</h2>
      {data && data.items.length > 0 && (
        <ul className="grid gap-1 text-sm">
          {data.items.map((each) => (
            <li key={`${each.event} ${each.kind} ${each.at}`}>
              <Instant at={each.at} /> {t(`event.${each.event}`)} · {t(`kind.${each.kind}`)} ·{' '}
              {t(`state.${each.state}`)}
            </li>
          ))}
        </ul>
      )}
      <p className="text-sm">
        <Link to="/notifications" search={{}} className="link">
          {t('set_up')}
        </Link>
      </p>
    </section>
  );
}
