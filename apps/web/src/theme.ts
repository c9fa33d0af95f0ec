import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'lp.theme';
const listeners = new Set<() => void>();

/** The chosen theme; boot.js has applied it before the first paint. */
export function chosenTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
export function isDark(): boolean {
  const theme = chosenTheme();
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}
export function chooseTheme(theme: Theme): void {
  const html = document.documentElement;
  if (theme === 'system') delete html.dataset.theme;
  else html.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be blocked: the choice then holds for this page only.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  listeners.add(listener);
  system.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', listener);
  };
}
/** "system:dark" and the like: charts on a canvas draw themselves again when it changes. */
export const useThemeKey = (): string =>
  useSyncExternalStore(subscribe, () => `${chosenTheme()}:${isDark() ? 'dark' : 'light'}`);
export const useTheme = (): Theme => useSyncExternalStore(subscribe, chosenTheme);
