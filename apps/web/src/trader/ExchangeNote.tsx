import { getExchange } from '@liqpass/api/exchange';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { Instant } from '../ui/Instant.tsx';
import { Note } from '../ui/sheets.tsx';

/** That the exchange is in trouble, since when, and what that means for a cover; nothing while it is not. */
export function ExchangeNote() {
  const { t } = useTranslation('trader');
  const { data } = useQuery({ queryKey: ['exchange'], queryFn: () => getExchange(api), refetchInterval: 30_000 });
  if (!data?.since || (data.state !== 'DOWN' && data.state !== 'DEGRADED')) return null;
  return (
    <Note tone="wait" role="status" title={t(`exchange.title.${data.state}`)}>
      <p>{t(`exchange.what.${data.state}`)}</p>
      <p className="text-muted">
        {data.title !== null && data.title !== '' && <span translate="no">{data.title}, </span>}
        {t('exchange.since')} <Instant at={data.since} />
      </p>
    </Note>
  );
}
