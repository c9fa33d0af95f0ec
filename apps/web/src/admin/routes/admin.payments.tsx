import { createFileRoute } from '@tanstack/react-router';
import { PaymentsPage } from '../PaymentsPage.tsx';

export const Route = createFileRoute('/admin/payments')({ component: PaymentsPage });
