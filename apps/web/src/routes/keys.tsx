import { createFileRoute } from '@tanstack/react-router';
import { KeysPage } from '../trader/KeysPage.tsx';

export const Route = createFileRoute('/keys')({ component: KeysPage });
