import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { oncePageStands } from '../data/oncePageStands.ts';
import { PositionStep } from '../trader/PositionStep.tsx';
import { PagePending } from '../ui/PageStates.tsx';

const loadBindStep = () => import('../trader/BindStep.tsx');
const BindStep = lazy(async () => ({ default: (await loadBindStep()).BindStep }));

/** `order` is there once the order is made: then its position is bound. */
export const Route = createFileRoute('/buy')({
  validateSearch: (search: Record<string, unknown>): { order?: string } =>
    typeof search.order === 'string' ? { order: search.order } : {},
  component: Buy,
});

function Buy() {
  const { order } = Route.useSearch();
  // The next step is there before it is taken, whatever the network does meanwhile.
  useEffect(() => oncePageStands(() => loadBindStep().catch(() => undefined)), []);
  return order === undefined ? (
    <PositionStep />
  ) : (
    <Suspense fallback={<PagePending />}>
      <BindStep orderId={order} />
    </Suspense>
  );
}
