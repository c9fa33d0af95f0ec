import { createFileRoute } from '@tanstack/react-router';
import { ExposurePage } from '../ExposurePage.tsx';

export const Route = createFileRoute('/admin/exposure')({ component: ExposurePage });
