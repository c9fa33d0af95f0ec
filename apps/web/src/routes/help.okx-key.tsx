import { createFileRoute } from '@tanstack/react-router';
import { KeyHelp } from '../trader/KeyHelp.tsx';

export const Route = createFileRoute('/help/okx-key')({ component: KeyHelp });
