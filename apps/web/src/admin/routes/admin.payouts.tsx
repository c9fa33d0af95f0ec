import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { PayoutsPage } from '../PayoutsPage.tsx';

export const Route = createFileRoute('/admin/payouts')({
  loader: () => loadNamespace('checks'),
  component: PayoutsPage,
});
