import { useEffect, useRef } from 'react';

/** Single keys while nobody is typing and no dialog is open. */
export function useKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const at = event.target;
      if (at instanceof HTMLElement && at.closest('input, textarea, select, dialog, [contenteditable]')) return;
      // What has the focus is what Enter is for.
      if (event.key === 'Enter' && at instanceof HTMLElement && at.closest('a, button, summary')) return;
      const act = current.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
