import { createFileRoute } from '@tanstack/react-router';
import { AuditPage } from '../AuditPage.tsx';

export const Route = createFileRoute('/admin/audit')({ component: AuditPage });
