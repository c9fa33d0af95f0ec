import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { PolicyPage } from '../trader/PolicyPage.tsx';

export const Route = createFileRoute('/policies/$id/')({
  // The reminder's link leads to "cover it again".
  validateSearch: (search: Record<string, unknown>): { again?: 1 } =>
    search.again === undefined || search.again === '' ? {} : { again: 1 },
  loader: () => Promise.all([loadNamespace('checks'), loadNamespace('telling')]),
  component: Policy,
});
function Policy() {
  return <PolicyPage id={Route.useParams().id} again={Route.useSearch().again !== undefined} />;
}
