import { getWatch, setWatch } from '@liqpass/api/orderCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { WatchAnswer, WatchBody } from '@liqpass/api/watch';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, type ComponentProps, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { serverNow } from '../data/serverTime.ts';
import { shownPrice } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Facts } from '../ui/sheets.tsx';
import { WhenSeen } from '../ui/WhenSeen.tsx';
import type DistanceLineOf from './DistanceLine.tsx';
import { Tick } from './WatchConsent.tsx';
import { watchOffered } from './watchOffered.ts';

// Without a network there is no line; what was seen stands all the same.
const DistanceLine = lazy<(props: ComponentProps<typeof DistanceLineOf>) => ReactNode>(() =>
  import('./DistanceLine.tsx').catch(() => ({ default: () => null })),
);

const watchQuery = (id: string) => ({ queryKey: ['watch', id], queryFn: () => getWatch(api, id) });

/** Consent to the watch over a position, and what it has seen. Not shown where there is no key to look with. */
export function WatchPanel({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const attested = order.attested === true;
  const { data: watch } = useQuery({ ...watchQuery(order.id), enabled: attested, refetchInterval: 15_000 });
  const change = useMutation({
    mutationFn: (body: WatchBody) => setWatch(api, order.id, body),
    onSuccess: (answer) => client.setQueryData(watchQuery(order.id).queryKey, answer),
  });
  if (!attested || !watch) return null;
  if (watch.state === 'off' && !(watch.available && watchOffered(order, serverNow()))) return null;
  const isOn = watch.state !== 'off' && watch.state !== 'ended';
  return (
    <section className="sheet grid gap-4 p-5" aria-label={t('watch.title')}>
      <h2 className="text-xl">{t('watch.title')}</h2>
      <p className="text-sm text-muted">{t(`watch.state.${watch.state}`)}</p>
      {watch.ended_as !== null && <p>{t(`watch.ended.${watch.ended_as}`)}</p>}
      <Seen watch={watch} />
      <Distance order={order} watch={watch} />
      <ErrorNote error={change.error} />
      {watch.state !== 'ended' && (
        <div className="grid gap-3">
          {!isOn && <p className="text-sm">{t('watch.what')}</p>}
          {isOn && (
            <Tick
              checked={change.isPending ? change.variables.files_claims : watch.files_claims}
              busy={change.isPending}
              onChange={(files) => change.mutate({ on: true, files_claims: files })}
            >
              {t('watch.files_claims')}
            </Tick>
          )}
          <Button
            kind={isOn ? 'quiet' : 'solid'}
            busy={change.isPending}
            onClick={() => change.mutate({ on: !isOn, files_claims: !isOn })}
          >
            {isOn ? t('watch.off') : t('watch.on')}
          </Button>
        </div>
      )}
    </section>
  );
}

function Seen({ watch }: { watch: WatchAnswer }) {
  const { t } = useTranslation('trader');
  const rows: [string, React.ReactNode][] = [];
  if (watch.last_look_at !== null)
    rows.push([t('watch.last_look'), <Instant key="l" at={Date.parse(watch.last_look_at)} />]);
  if (watch.blind) rows.push([t('watch.blind_since'), <Instant key="b" at={Date.parse(watch.blind.since)} />]);
  if (watch.position?.liq_px)
    rows.push([
      t('watch.liq_px'),
      <span key="p" className="num">
        {shownPrice(watch.position.liq_px)}
      </span>,
    ]);
  if (rows.length === 0 && watch.changes.length === 0) return null;
  return (
    <div className="grid gap-3">
      <Facts rows={rows} />
      {watch.changes.length > 0 && (
        <ul className="grid gap-1 text-sm">
          {watch.changes.map((change) => (
            <li key={`${change.kind} ${change.at} ${change.amount ?? change.after ?? ''}`}>
              <Instant at={Date.parse(change.at)} />{' '}
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
  );
}

/** Nothing where nobody has looked yet, or the position as it was bound is not known. */
function Distance({ order, watch }: { order: PurchaseOrderAnswer; watch: WatchAnswer }) {
  const { position } = order;
  if (!position || order.bound_at === null || order.coverage_end_at === null || watch.last_look_at === null)
    return null;
  const lastLook = Date.parse(watch.last_look_at);
  const end = Date.parse(order.coverage_end_at);
  return (
    <WhenSeen>
      <Suspense fallback={<Skeleton lines={3} />}>
        <DistanceLine
          position={position}
          boundAt={Date.parse(order.bound_at)}
          endAt={watch.state === 'ended' ? Math.min(lastLook, end) : end}
          watch={watch}
        />
      </Suspense>
    </WhenSeen>
  );
}
