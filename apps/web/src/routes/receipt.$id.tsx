import { createFileRoute } from '@tanstack/react-router';
import { ReceiptPage } from '../trader/ReceiptPage.tsx';

export const Route = createFileRoute('/receipt/$id')({ component: Receipt });
function Receipt() {
  return <ReceiptPage id={Route.useParams().id} />;
}
