import { getSealingKey } from '@liqpass/api/credentialCalls';
import { useQuery } from '@tanstack/react-query';
import { Link, useCanGoBack, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { CopyButton } from '../ui/kit.tsx';
import { Note } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';

/** Step by step to a key that can read and nothing else. */
export function KeyHelp() {
  const { t } = useTranslation('trader');
  const key = useQuery({
    queryKey: ['sealing-key'],
    queryFn: () => getSealingKey(api),
    staleTime: 60_000,
  });
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const ip = key.data?.allow_ip ?? null;
  const steps = ['open', 'purpose', 'name', 'permission', 'ip', 'confirm', 'paste'] as const;
  return (
    <Page>
      <div className="grid max-w-180 gap-6">
        <h1 className="text-4xl">{t('help.title')}</h1>
        <p className="text-muted">{t('help.lead')}</p>
        <ol className="grid gap-5">
          {steps.map((step, index) => (
            <li key={step} className="grid grid-cols-[32px_1fr] gap-2">
              <span className="num text-lg font-semibold text-floor">{index + 1}</span>
              <div>
                <h2 className="font-semibold">{t(`help.${step}`)}</h2>
                <p className="text-sm text-muted">{t(`help.${step}_how`)}</p>
                {step === 'ip' && ip !== null && (
                  <p className="flex items-center text-sm">
                    <code className="num">{ip}</code>
                    <CopyButton text={ip} label="IP" />
                  </p>
                )}
                {step === 'ip' && ip === null && <p className="text-sm">{t('help.no_ip')}</p>}
              </div>
            </li>
          ))}
        </ol>
        <Note title={t('help.why_title')}>
          <ul className="grid list-disc gap-1 pl-5">
            <li>{t('help.why_1')}</li>
            <li>{t('help.why_2')}</li>
            <li>{t('help.why_3')}</li>
          </ul>
        </Note>
        <p>
          {/* Back to the very order that the key is for. */}
          {canGoBack ? (
            <button type="button" className="link min-h-6" onClick={() => router.history.back()}>
              {t('help.back')}
            </button>
          ) : (
            <Link to="/buy" search={{}} className="link">
              {t('help.back')}
            </Link>
          )}
        </p>
      </div>
    </Page>
  );
}
