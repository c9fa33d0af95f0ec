import { isApiError } from '@liqpass/api/apiClient';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';

/** Where to ask, as the operators have set it; nothing where they have not, or, with `always`, that they have not. */
export function Contact({ always = false }: { always?: boolean }) {
  const { t } = useTranslation('trader');
  const to = useQuery(paymentInstructionsQuery);
  const { contact_url: url, contact_email: email } = to.data ?? { contact_url: null, contact_email: null };
  if (url === null && email === null) return always && to.data ? <p className="text-sm">{t('contact.none')}</p> : null;
  return (
    <p className="flex flex-wrap gap-x-3 text-sm">
      <span>{t('contact.ask')}</span>
      {url !== null && (
        <a className="link break-all" href={url} target="_blank" rel="noreferrer">
          {url.replace(/^https?:\/\//, '')}
        </a>
      )}
      {email !== null && (
        <a className="link break-all" href={`mailto:${email}`}>
          {email}
        </a>
      )}
    </p>
  );
}

/** Beside a failure whose sentence says "ask the operators": where they are. */
export function ContactAbout({ error }: { error: unknown }) {
  const sends =
    isApiError(error) && (error.code === 'MISSING_COVERAGE_WINDOW' || error.params?.reason === 'EVIDENCE_CONTRADICTS');
  return sends ? <Contact /> : null;
}
