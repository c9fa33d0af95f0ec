import type { WatchBody } from '@liqpass/api/watch';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export const NOT_WATCHED: WatchBody = { on: false, files_claims: false };

/** Consent to the watch before there is anything to watch: given with the binding, in the same words as on the policy page. */
export function WatchConsent({ value, onChange }: { value: WatchBody; onChange: (value: WatchBody) => void }) {
  const { t } = useTranslation('trader');
  return (
    <fieldset className="sheet grid gap-3 p-4">
      <legend className="sr-only">{t('watch.title')}</legend>
      <Tick checked={value.on} onChange={(on) => onChange({ on, files_claims: on })}>
        <span className="font-semibold">{t('watch.on')}</span>
        <span className="block text-muted">{t('watch.what')}</span>
      </Tick>
      {value.on && (
        <Tick checked={value.files_claims} onChange={(files) => onChange({ on: true, files_claims: files })}>
          {t('watch.files_claims')}
        </Tick>
      )}
    </fieldset>
  );
}

/** A box to tick, with its words as a target too. */
export function Tick({
  checked,
  busy = false,
  onChange,
  children,
}: {
  checked: boolean;
  busy?: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  return (
    <label className="flex min-h-6 items-start gap-3 text-sm">
      <input
        type="checkbox"
        className="mt-0.5 size-5 shrink-0 accent-[var(--floor)]"
        checked={checked}
        disabled={busy}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
