import { useTranslation } from 'react-i18next';
import type { LiveState } from '../data/liveClient.ts';
import { useOnline } from '../data/useOnline.ts';

/** Whether what is shown is live. Nothing is claimed before the first event came. */
export function LiveDot({ state }: { state: LiveState }) {
  const { t } = useTranslation('shared');
  const online = useOnline();
  if (state === 'connecting') return null;
  // A stream may look open long after the network has gone.
  const live = state === 'live' && online;
  return (
    <span role="status" className={`inline-flex items-center gap-1.5 text-sm ${live ? 'text-muted' : 'text-wait'}`}>
      <span className={`size-2 rounded-full ${live ? 'bg-floor' : 'border-2 border-wait'}`} />
      {live ? t('live') : t('live_lost')}
    </span>
  );
}
