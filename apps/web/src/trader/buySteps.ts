import type { QueryClient } from '@tanstack/react-query';
import { lazyRouteComponent } from '@tanstack/react-router';

const importBindStep = () => import('./BindStep.tsx');

// Each step of /buy is code of its own, loaded before it is drawn: React holds back for 300 ms what follows a fallback.
export const PositionStep = lazyRouteComponent(() => import('./PositionStep.tsx'), 'PositionStep');
export const BindStep = lazyRouteComponent(importBindStep, 'BindStep');

/** The step's code and what it shows first. What of it fails, the step tells. */
export async function loadStep(client: QueryClient, orderId: string | undefined): Promise<void> {
  if (orderId === undefined) return PositionStep.preload?.();
  const [step] = await Promise.all([importBindStep().catch(() => null), BindStep.preload?.()]);
  await step?.askForBinding(client, orderId);
}
