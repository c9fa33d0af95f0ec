import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { ClaimPage } from '../ClaimPage.tsx';
import { readFilter, type QueueFilter } from '../queueFilter.ts';

export const Route = createFileRoute('/admin/claims/$id')({
  validateSearch: (search: Record<string, unknown>): QueueFilter => readFilter(search),
  loader: () => loadNamespace('checks'),
  component: Claim,
});
function Claim() {
  const { id } = Route.useParams();
  return <ClaimPage key={id} id={id} filter={Route.useSearch()} />;
}
