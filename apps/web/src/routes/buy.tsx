import { createFileRoute } from '@tanstack/react-router';
import { BindStep } from '../trader/BindStep.tsx';
import { PositionStep } from '../trader/PositionStep.tsx';

/** `order` is there once the order is made: then its position is bound. */
export const Route = createFileRoute('/buy')({
  validateSearch: (search: Record<string, unknown>): { order?: string } =>
    typeof search.order === 'string' ? { order: search.order } : {},
  component: Buy,
});

function Buy() {
  const { order } = Route.useSearch();
  return order === undefined ? <PositionStep /> : <BindStep orderId={order} />;
}
