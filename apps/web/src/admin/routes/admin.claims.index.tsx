import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { QueuePage } from '../QueuePage.tsx';
import { readFilter, type QueueFilter } from '../queueFilter.ts';

export const Route = createFileRoute('/admin/claims/')({
  validateSearch: (search: Record<string, unknown>): QueueFilter => readFilter(search),
  loader: () => loadNamespace('checks'),
  component: Queue,
});
function Queue() {
  return <QueuePage filter={Route.useSearch()} />;
}
