import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNamespace } from '../i18n.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { buttonClass } from '../ui/kit.tsx';
import { Page } from '../ui/Shell.tsx';
import ProofResult from './ProofResult.tsx';

const LARGEST_BYTES = 40_000_000;

/** Anybody's check of a file that LiqPass handed out, in their own browser: nothing of it is sent. */
export function CheckPage() {
  const { t } = useTranslation('proof');
  const [vkey, setVkey] = useState('');
  const [verdictKey, setVerdictKey] = useState('');
  const check = useMutation({
    mutationFn: async (file: File) => {
      const [{ judgeText }, { believedKeys }] = await Promise.all([
        import('./judgeProof.ts'),
        import('./believedKeys.ts'),
        loadNamespace('checks'),
      ]);
      const keys = await believedKeys(vkey, verdictKey);
      const text = file.size > LARGEST_BYTES ? '' : await file.text();
      return { name: file.name, keys, typed: vkey !== '' || verdictKey !== '', shown: judgeText(text, keys) };
    },
  });
  return (
    <Page>
      <div className="grid w-full max-w-180 gap-6">
        <div className="grid gap-2">
          <h1 className="text-4xl">{t('check.title')}</h1>
          <p className="text-muted">{t('check.lead')}</p>
        </div>
        <details className="text-sm">
          <summary className="cursor-pointer font-semibold">{t('check.own_keys')}</summary>
          <div className="mt-3 grid gap-4">
            <p>{t('check.own_keys_why')}</p>
            <Field label={t('keys.log')} hint={t('check.vkey_hint')}>
              {(aria) => (
                <input
                  {...aria}
                  className="num field-box text-sm"
                  value={vkey}
                  onChange={(event) => setVkey(event.target.value.trim())}
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
            </Field>
            <Field label={t('keys.verdict')} hint={t('check.verdict_hint')}>
              {(aria) => (
                <input
                  {...aria}
                  className="num field-box text-sm"
                  value={verdictKey}
                  onChange={(event) => setVerdictKey(event.target.value.trim())}
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
            </Field>
          </div>
        </details>
        <div className="grid justify-items-start gap-1.5">
          <label
            className={`${buttonClass('solid', 'lg')} relative has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-floor`}
          >
            {t('check.file')}
            <input
              type="file"
              accept=".json,.tlog-proof,application/json,text/plain"
              aria-describedby="check-file"
              className="absolute inset-0 cursor-pointer opacity-0"
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                if (file) check.mutate(file);
                // The same file may be chosen again, changed.
                event.target.value = '';
              }}
            />
          </label>
          <p id="check-file" className="text-sm text-muted">
            {t('check.file_hint')}
          </p>
        </div>
        <ErrorNote error={check.error} />
        {check.data && (
          <section className="sheet grid gap-3 p-5" aria-label={check.data.name}>
            <h2 translate="no" className="num text-sm font-semibold break-all">
              {check.data.name}
            </h2>
            <ProofResult shown={check.data.shown} keys={check.data.keys} typed={check.data.typed} />
          </section>
        )}
      </div>
    </Page>
  );
}
