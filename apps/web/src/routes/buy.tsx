import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { oncePageStands } from '../data/oncePageStands.ts';
import { PagePending } from '../ui/PageStates.tsx';

const loadPositionStep = () => import('../trader/PositionStep.tsx');
const loadBindStep = () => import('../trader/BindStep.tsx');
const PositionStep = lazy(async () => ({ default: (await loadPositionStep()).PositionStep }));
const BindStep = lazy(async () => ({ default: (await loadBindStep()).BindStep }));

/** `order` is there once the order is made: then its position is bound. */
export const Route = createFileRoute('/buy')({
  validateSearch: (search: Record<string, unknown>): { order?: string } =>
    typeof search.order === 'string' ? { order: search.order } : {},
  component: Buy,
});

function Buy() {
  const { order } = Route.useSearch();
  // The other step is there before it is taken, whatever the network does meanwhile.
  useEffect(() => oncePageStands(() => Promise.all([loadPositionStep(), loadBindStep()]).catch(() => undefined)), []);
  return (
    <Suspense fallback={<PagePending />}>
      {order === undefined ? <PositionStep /> : <BindStep orderId={order} />}
    </Suspense>
  );
}
