import { createFileRoute } from '@tanstack/react-router';
import { PayPage } from '../trader/PayPage.tsx';

export const Route = createFileRoute('/pay/$id')({ component: Pay });
function Pay() {
  return <PayPage id={Route.useParams().id} />;
}
