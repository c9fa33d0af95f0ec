import { PURCHASE_ORDER_STATUSES, type PurchaseOrderStatus } from '@liqpass/kernel/vocabulary';
import { createFileRoute } from '@tanstack/react-router';
import { PoliciesPage } from '../PoliciesPage.tsx';

export const Route = createFileRoute('/admin/policies/')({
  validateSearch: (search: Record<string, unknown>): { status?: PurchaseOrderStatus; q?: string } => {
    const status = PURCHASE_ORDER_STATUSES.find((known) => known === search.status);
    return {
      ...(status ? { status } : {}),
      ...(typeof search.q === 'string' && search.q !== '' ? { q: search.q } : {}),
    };
  },
  component: Policies,
});
function Policies() {
  return <PoliciesPage filter={Route.useSearch()} />;
}
