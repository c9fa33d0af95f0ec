import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { EvidencePage } from '../trader/EvidencePage.tsx';

export const Route = createFileRoute('/policies/$id/evidence')({
  loader: () => loadNamespace('checks'),
  component: Evidence,
});
function Evidence() {
  return <EvidencePage id={Route.useParams().id} />;
}
