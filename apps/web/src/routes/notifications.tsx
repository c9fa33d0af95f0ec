import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { NotificationsPage } from '../trader/NotificationsPage.tsx';

export const Route = createFileRoute('/notifications')({
  validateSearch: (search: Record<string, unknown>): { confirm?: string } =>
    typeof search.confirm === 'string' ? { confirm: search.confirm } : {},
  loader: () => loadNamespace('telling'),
  component: Notifications,
});
function Notifications() {
  return <NotificationsPage code={Route.useSearch().confirm} />;
}
