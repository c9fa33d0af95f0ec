import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/** Where a reader goes on: a place made for it, else the heading, else what has just been said. */
const LANDINGS = ['[data-landing]', 'h1, h2, [role="status"], [role="alert"]'];

function land(within: ParentNode): boolean {
  for (const place of LANDINGS.flatMap((kind) => [...within.querySelectorAll<HTMLElement>(kind)])) {
    if (place.getClientRects().length === 0) continue; // in a closed popover, say
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus();
    if (document.activeElement === place) return true;
  }
  return false;
}

/**
 * Keeps the focus with whoever uses no mouse. On another page it goes to its heading. When what had it is taken away — a
 * form that was sent, a dialog whose button is gone — it goes to the nearest place that is left, never to <body>. The tab's
 * title follows the heading.
 */
export function useKeptFocus(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    const moved = last.current !== undefined && last.current !== path;
    last.current = path;
    const main = document.querySelector('main');
    if (moved && main && !land(main)) main.focus();
  }, [path]);

  useEffect(() => {
    // From the focused element outwards, as it was when it got the focus.
    let around: Element[] = [];
    const onFocus = ({ target }: FocusEvent): void => {
      around = [];
      for (let at = target instanceof Element ? target : null; at; at = at.parentElement) around.push(at);
    };
    const onChange = (): void => {
      const heading = document.querySelector('main h1')?.textContent ?? '';
      const title = heading === '' ? 'LiqPass' : `${heading} · LiqPass`;
      if (document.title !== title) document.title = title;
      if (around[0]?.isConnected !== false || document.activeElement !== document.body) return;
      for (const left of around) if (left.isConnected && land(left)) return;
    };
    const observer = new MutationObserver(onChange);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    document.addEventListener('focusin', onFocus);
    onChange();
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
    };
  }, []);
}
