import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { credentialsQuery, positionsQuery } from '../data/credentialQueries.ts';
import { ErrorNote, useErrorTexts } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Note } from '../ui/sheets.tsx';
import { CoverAgain } from './CoverAgain.tsx';
import { CoverPosition } from './CoverPosition.tsx';

/** Keys that are asked for the position, the newest first. */
const MOST_KEYS = 3;

/** Where the reminder leads: the same position with a price of this moment and one tap, or why there is none. */
export default function AgainStep({ order }: { order: PurchaseOrderAnswer }): ReactNode {
  const { t } = useTranslation('trader');
  return (
    <section className="sheet border-floor" aria-label={t('again.button')}>
      <h2 className="px-4 pt-4 text-xl">{t('again.button')}</h2>
      {order.attested === true ? (
        <Seen order={order} />
      ) : (
        <div className="p-4">
          <CoverAgain order={order} always />
        </div>
      )}
    </section>
  );
}

/** The position as the exchange shows it to one of the wallet's keys. */
function Seen({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const te = useErrorTexts();
  const keys = useQuery(credentialsQuery);
  const asked = (keys.data?.items ?? []).slice(0, MOST_KEYS);
  const lists = useQueries({ queries: asked.map(({ id }) => positionsQuery(id)) });
  const ordId = order.okx_meta_json?.ordId ?? '';
  const [found] = lists.flatMap((list, n) =>
    (list.data?.items ?? [])
      .filter(({ ord_ids: ids }) => ids.includes(ordId))
      .map((position) => ({ position, credentialId: asked[n]?.id ?? '' })),
  );
  const error = keys.error ?? lists.find((list) => list.error)?.error;
  if (!found && (keys.isPending || lists.some((list) => list.isPending)))
    return (
      <div className="p-4">
        <Skeleton lines={3} />
      </div>
    );
  if (!found)
    return (
      <div className="grid gap-2 p-4">
        <ErrorNote error={error} />
        {!error && <p>{t('again.gone')}</p>}
        <Link to="/buy" search={{}} className="link text-sm">
          {t('policies.buy')}
        </Link>
      </div>
    );
  const { position, credentialId } = found;
  const end = order.coverage_end_at === null ? null : Date.parse(order.coverage_end_at);
  // Its own cover is what stands in the way: then all that is missing is the time.
  const isOwn = position.order_id === order.id;
  if (!position.insurable && !isOwn && position.reason !== null)
    return (
      <div className="p-4">
        <Note tone="wait" title={te(`insurable.${position.reason}`)}>
          {position.order_id !== null && (
            <Link to="/policies/$id" params={{ id: position.order_id }} className="link">
              {t('positions.by_own')}
            </Link>
          )}
        </Note>
      </div>
    );
  return (
    <CoverPosition
      position={position}
      credentialId={credentialId}
      terms={{ policyType: order.policy_type, payout: order.policy_params_json.payout_fixed_usdc }}
      coveredUntil={position.insurable ? null : end}
    />
  );
}
