import { createFileRoute } from '@tanstack/react-router';
import { HowPage } from '../trader/HowPage.tsx';

export const Route = createFileRoute('/how')({ component: HowPage });
