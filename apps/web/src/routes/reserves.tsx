import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { ReservesPage } from '../proof/ReservesPage.tsx';

export const Route = createFileRoute('/reserves')({ loader: () => loadNamespace('proof'), component: ReservesPage });
