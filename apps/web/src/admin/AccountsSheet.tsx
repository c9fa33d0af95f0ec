import { isTimeZone } from '@liqpass/kernel/calendar';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { localTime } from '../format.ts';
import { saveFile } from '../ui/download.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { Button } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { getAccounts } from './accountsClient.ts';

const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
/** Zones to choose from: all that the browser names, and what it says it is in. */
const zones = (): string[] => [...new Set(['UTC', zoneHere(), ...Intl.supportedValuesOf('timeZone')])];

/** What came and went, for whoever keeps the accounts: the days of a time zone, as a file. */
export function AccountsSheet() {
  const { t } = useTranslation('admin');
  const today = localTime(serverNow()).slice(0, 10);
  const [from, setFrom] = useState(`${today.slice(0, 8)}01`);
  const [to, setTo] = useState(today);
  const [timeZone, setTimeZone] = useState(zoneHere);
  const get = useMutation({
    mutationFn: async () =>
      saveFile(`liqpass-${from}-${to}.csv`, await getAccounts({ from, to, timeZone }), 'text/csv'),
  });
  const isWrong = from === '' || to === '' || to < from || !isTimeZone(timeZone);
  const day = (label: string, value: string, change: (text: string) => void) => (
    <Field label={label}>
      {(aria) => (
        <input
          {...aria}
          type="date"
          className="num field-box"
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <Sheet title={t('accounts.title')}>
      <form
        className="grid items-end gap-4 p-4 sm:grid-cols-[1fr_1fr_1.4fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isWrong && !get.isPending) get.mutate();
        }}
      >
        <p className="text-sm text-muted sm:col-span-4">{t('accounts.why')}</p>
        {day(t('accounts.from'), from, setFrom)}
        {day(t('accounts.to'), to, setTo)}
        <Field label={t('accounts.zone')}>
          {(aria) => (
            <select
              {...aria}
              className="field-box"
              value={timeZone}
              onChange={(event) => setTimeZone(event.target.value)}
            >
              {zones().map((zone) => (
                <option key={zone} value={zone}>
                  {zone}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button type="submit" kind="quiet" busy={get.isPending} disabled={isWrong}>
          {t('accounts.get')}
        </Button>
        {get.error && (
          <div className="sm:col-span-4">
            <ErrorNote error={get.error} />
          </div>
        )}
      </form>
    </Sheet>
  );
}
