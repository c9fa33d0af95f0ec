import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { credentialsQuery, positionsQuery } from '../data/credentialQueries.ts';
import { CoverPosition, type Terms } from './CoverPosition.tsx';

const MOST = 4;

/** Positions first: whoever has a key stored sees what is open with its price, and covers it with one tap; what else can be chosen is the form's, below. */
export default function OpenPositions({ terms }: { terms: Terms }) {
  const { t } = useTranslation('trader');
  const keys = useQuery(credentialsQuery);
  const key = keys.data?.items[0];
  const positions = useQuery({ ...positionsQuery(key?.id ?? ''), enabled: key !== undefined });
  const open = (positions.data?.items ?? []).filter((position) => position.insurable && position.liq_px !== null);
  if (key === undefined || open.length === 0) return null;
  return (
    <section className="grid gap-2" aria-label={t('open.title')}>
      <h2 className="text-sm font-semibold">{t('open.title')}</h2>
      <ul className="sheet divide-y divide-line">
        {open.slice(0, MOST).map((position) => (
          <li key={position.ord_ids[0] ?? position.inst_id + position.pos_side}>
            <CoverPosition position={position} credentialId={key.id} terms={terms} />
          </li>
        ))}
      </ul>
    </section>
  );
}
