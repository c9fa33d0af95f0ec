import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../../i18n.ts';
import { SettingsPage } from '../SettingsPage.tsx';

export const Route = createFileRoute('/admin/settings')({
  loader: () => loadNamespace('proof'),
  component: SettingsPage,
});
