import { createFileRoute } from '@tanstack/react-router';
import { PoliciesPage } from '../trader/PoliciesPage.tsx';

export const Route = createFileRoute('/policies/')({ component: PoliciesPage });
