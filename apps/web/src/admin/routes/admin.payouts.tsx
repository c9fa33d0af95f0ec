import { createFileRoute } from '@tanstack/react-router';
import { PayoutsPage } from '../PayoutsPage.tsx';

export const Route = createFileRoute('/admin/payouts')({ component: PayoutsPage });
