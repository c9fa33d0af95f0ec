import { useSyncExternalStore } from 'react';

const query = (): MediaQueryList => matchMedia('(min-width: 1024px)');

/** Whether there is room for a second column. */
export const useWide = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      const media = query();
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => query().matches,
  );
