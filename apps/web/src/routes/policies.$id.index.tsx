import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { PolicyPage } from '../trader/PolicyPage.tsx';

export const Route = createFileRoute('/policies/$id/')({
  loader: () => Promise.all([loadNamespace('checks'), loadNamespace('telling')]),
  component: Policy,
});
function Policy() {
  return <PolicyPage id={Route.useParams().id} />;
}
