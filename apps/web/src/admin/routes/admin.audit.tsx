import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { AuditPage } from '../AuditPage.tsx';

export const Route = createFileRoute('/admin/audit')({
  validateSearch: (search: Record<string, unknown>): { subject?: string } =>
    typeof search.subject === 'string' && search.subject !== '' ? { subject: search.subject.slice(0, 120) } : {},
  loader: () => loadNamespace('checks'),
  component: Audit,
});
function Audit() {
  return <AuditPage subject={Route.useSearch().subject ?? ''} />;
}
