import { createFileRoute } from '@tanstack/react-router';
import { useEffect } from 'react';
import { onceTouched } from '../data/oncePageStands.ts';
import { BindStep, loadStep, PositionStep } from '../trader/buySteps.ts';

/** `order` is there once the order is made: then its position is bound. */
export const Route = createFileRoute('/buy')({
  validateSearch: (search: Record<string, unknown>): { order?: string } =>
    typeof search.order === 'string' ? { order: search.order.trim() } : {},
  loaderDeps: ({ search }) => ({ order: search.order }),
  loader: ({ context, deps }) => loadStep(context.queryClient, deps.order),
  component: Buy,
});

function Buy() {
  const { order } = Route.useSearch();
  // The next step is fetched with the first touch: it is there before it is taken, whatever the network does meanwhile.
  useEffect(() => (order === undefined ? onceTouched(() => BindStep.preload?.()) : undefined), [order]);
  return order === undefined ? <PositionStep /> : <BindStep orderId={order} />;
}
