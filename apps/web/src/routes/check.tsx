import { createFileRoute } from '@tanstack/react-router';
import { loadNamespace } from '../i18n.ts';
import { CheckPage } from '../proof/CheckPage.tsx';

export const Route = createFileRoute('/check')({ loader: () => loadNamespace('proof'), component: CheckPage });
