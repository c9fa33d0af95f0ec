import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { TreasuryPage } from '../TreasuryPage.tsx';

export const Route = createFileRoute('/admin/treasury')({
  loader: () => loadNamespace('treasury'),
  component: TreasuryPage,
});
