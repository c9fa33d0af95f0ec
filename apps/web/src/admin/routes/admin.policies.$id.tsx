import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { OrderPage } from '../OrderPage.tsx';

export const Route = createFileRoute('/admin/policies/$id')({
  loader: () => loadNamespace('checks'),
  component: Order,
});
function Order() {
  const { id } = Route.useParams();
  return <OrderPage key={id} id={id} />;
}
