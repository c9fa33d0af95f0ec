import { createFileRoute } from '@tanstack/react-router';
import { SettingsPage } from '../SettingsPage.tsx';

export const Route = createFileRoute('/admin/settings')({ component: SettingsPage });
