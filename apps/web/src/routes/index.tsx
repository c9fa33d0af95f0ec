import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { productsQuery } from '../data/marketQueries.ts';
import { CheckIcon, CrossIcon } from '../ui/icons.tsx';
import { buttonClass } from '../ui/kit.tsx';
import { Page } from '../ui/Shell.tsx';
import { PriceLine, PriceNow } from '../trader/PriceNow.tsx';

export const Route = createFileRoute('/')({ component: Front });

/** One screen: what is covered, what is not, and what it costs now. */
function Front() {
  const { t } = useTranslation();
  const products = useQuery(productsQuery);
  return (
    <Page>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-14">
        <div className="grid gap-4 sm:gap-7">
          <div className="grid gap-3">
            <h1 className="max-w-[20em] text-4xl">{t('front.title')}</h1>
            {/* On a phone the price comes first, and its ruler after what is covered. */}
            <div className="border-y border-line py-2 lg:hidden">
              <PriceLine products={products.data?.items} market={products.data?.market} />
            </div>
            <p className="max-w-[38em] text-sm text-muted sm:text-lg">{t('front.lead')}</p>
          </div>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Link to="/buy" className={buttonClass('solid', 'lg')}>
              {t('front.start')}
            </Link>
            <Link to="/help/okx-key" className="link inline-flex min-h-6 items-center text-sm">
              {t('front.key_help')}
            </Link>
            <Link to="/how" className="link inline-flex min-h-6 items-center text-sm">
              {t('front.how')}
            </Link>
            <Link to="/reserves" className="link inline-flex min-h-6 items-center text-sm">
              {t('front.reserves')}
            </Link>
          </div>
          <div className="grid gap-4 border-t border-line pt-4 sm:grid-cols-2 sm:gap-6 sm:pt-6">
            <Points
              title={t('front.covered')}
              yes
              points={[t('front.covered_1'), t('front.covered_2'), t('front.covered_3')]}
            />
            <Points title={t('front.not_covered')} points={[t('front.not_1'), t('front.not_2'), t('front.not_3')]} />
          </div>
        </div>
        <PriceNow
          products={products.data?.items}
          market={products.data?.market}
          error={products.error}
          retry={() => void products.refetch()}
        />
      </div>
    </Page>
  );
}

function Points({ title, points, yes = false }: { title: string; points: readonly string[]; yes?: boolean }) {
  return (
    <section>
      <h2 className="mb-1 text-sm font-semibold sm:mb-2">{title}</h2>
      <ul className="grid gap-1 text-sm leading-snug sm:gap-2 sm:leading-normal">
        {points.map((point) => (
          <li key={point} className="flex items-start gap-2">
            {yes ? (
              <CheckIcon size={16} className="mt-0.5 shrink-0 text-floor sm:mt-1" />
            ) : (
              <CrossIcon size={16} className="mt-0.5 shrink-0 text-liq sm:mt-1" />
            )}
            {point}
          </li>
        ))}
      </ul>
    </section>
  );
}
