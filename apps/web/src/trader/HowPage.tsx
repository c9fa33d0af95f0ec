import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { Page } from '../ui/Shell.tsx';
import { Contact } from './Contact.tsx';
import { Exclusions } from './Exclusions.tsx';
import { useNetwork } from './useNetwork.ts';

/** Can they pay, and who are they: how it works, what is trusted to whom, what happens when, what is not covered. */
export function HowPage() {
  const { t } = useTranslation('trader');
  const to = useQuery(paymentInstructionsQuery);
  const network = useNetwork();
  const safe = to.data?.treasury_safe ?? null;
  const explorer = to.data?.explorer_url ?? null;
  const steps = ['buy', 'pay', 'liquidated', 'review', 'paid'] as const;
  const trust = ['exchange', 'key', 'verifier', 'people', 'chain'] as const;
  return (
    <Page>
      <div className="grid max-w-180 gap-8">
        <div className="grid gap-3">
          <h1 className="text-4xl">{t('how.title')}</h1>
          <p className="text-muted">{t('how.lead')}</p>
        </div>
        <section className="grid gap-3">
          <h2 className="text-lg">{t('how.when_title')}</h2>
          <ol className="grid list-decimal gap-2 pl-6 text-sm">
            {steps.map((step) => (
              <li key={step}>{t(`how.when.${step}`, { network })}</li>
            ))}
          </ol>
        </section>
        <section className="grid gap-3">
          <h2 className="text-lg">{t('how.pay_title')}</h2>
          <p className="text-sm">
            {t('how.pay')}{' '}
            <Link to="/reserves" className="link">
              {t('how.reserves')}
            </Link>
          </p>
          {safe !== null && (
            <p className="text-sm">
              {t('how.safe')}{' '}
              {explorer === null ? (
                <code className="num break-all">{safe}</code>
              ) : (
                <a className="link num break-all" href={`${explorer}/address/${safe}`} target="_blank" rel="noreferrer">
                  {safe}
                </a>
              )}
            </p>
          )}
        </section>
        <section className="grid gap-3">
          <h2 className="text-lg">{t('how.trust_title')}</h2>
          <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[auto_1fr]">
            {trust.map((key) => (
              <div key={key} className="contents">
                <dt className="font-medium">{t(`how.trust.${key}`, { network })}</dt>
                <dd className="text-muted">{t(`how.trust.${key}_what`)}</dd>
              </div>
            ))}
          </dl>
        </section>
        <Exclusions open />
        <section className="grid gap-2">
          <h2 className="text-lg">{t('how.ask_title')}</h2>
          <Contact always />
        </section>
        <p>
          <Link to="/buy" search={{}} className="link">
            {t('policies.buy')}
          </Link>
        </p>
      </div>
    </Page>
  );
}
