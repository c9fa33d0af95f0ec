import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSimulatedExchange } from '../data/trial.ts';
import { useOnline } from '../data/useOnline.ts';
import { Logo } from './icons.tsx';
import { SettingsMenu } from './SettingsMenu.tsx';
import { useKeptFocus } from './useKeptFocus.ts';

/** The bar above every page: mark, the ways, the wallet, the settings. It scrolls away: nothing is ever half hidden under it. */
export function Shell({
  home,
  links,
  right,
  children,
}: {
  home: string;
  links: readonly { to: string; label: string; count?: string | undefined }[];
  right: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const online = useOnline();
  const exchange = useSimulatedExchange();
  useKeptFocus();
  return (
    <>
      <a href="#main" className="sr-only z-20 bg-surface p-3 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        {t('skip')}
      </a>
      <header className="border-b border-line bg-bg">
        <div className="mx-auto flex h-14 max-w-340 items-center gap-1 px-3 sm:gap-2 sm:px-6">
          <Link
            to={home}
            className="flex min-h-11 items-center gap-2 pr-2 font-semibold no-underline"
            aria-label="LiqPass"
          >
            <Logo />
            <span className="hidden sm:inline">LiqPass</span>
          </Link>
          <nav
            aria-label={t('pages')}
            className="flex h-full min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
            tabIndex={-1}
          >
            {links.map((link) => (
              <Link
                key={link.to}
                to={link.to}
                className="flex h-full items-center gap-1.5 border-b-2 border-transparent px-2 text-sm whitespace-nowrap text-muted no-underline hover:text-ink sm:px-3"
                activeProps={{ className: 'border-floor! text-ink!', 'aria-current': 'page' }}
              >
                {link.label}
                {link.count ? <span className="num text-xs text-ink">{link.count}</span> : null}
              </Link>
            ))}
          </nav>
          {right}
          <SettingsMenu />
        </div>
      </header>
      {exchange !== null && (
        <p className="bg-wait-soft px-4 py-2 text-center text-sm text-wait">
          {t('trial')}{' '}
          <a className="link" href={exchange} target="_blank" rel="noopener noreferrer">
            {t('trial_play')}
          </a>
        </p>
      )}
      <div role="status">
        {!online && <p className="bg-wait-soft px-4 py-2 text-center text-sm text-wait">{t('offline')}</p>}
      </div>
      <main id="main" tabIndex={-1} className="outline-none">
        {children}
      </main>
    </>
  );
}

/** A page's width and rhythm. */
export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className={`mx-auto grid gap-6 px-4 py-8 sm:px-6 sm:py-12 ${wide ? 'max-w-340 sm:py-8!' : 'max-w-270'}`}>
      {children}
    </div>
  );
}
