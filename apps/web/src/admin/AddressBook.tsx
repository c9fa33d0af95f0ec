import { cleanAddress } from '@liqpass/api/pasted';
import { address as addressShape } from '@liqpass/api/wire';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Hash } from '../ui/Money.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { NameAddress } from './NameAddress.tsx';
import { addressNamesQuery } from './queries.ts';
import { HexField } from './stepFields.tsx';
import { useMay } from './useOperator.ts';

/** The names of addresses, as operators see them wherever an address is shown. */
export function AddressBook() {
  const { t } = useTranslation('admin');
  const names = useQuery(addressNamesQuery);
  const mayName = useMay('reviewer');
  const [typed, setTyped] = useState('');
  const [naming, setNaming] = useState<{ address: string; name: string } | null>(null);
  return (
    <Sheet title={t('address.book')}>
      <div className="grid gap-4 p-4 text-sm">
        <p className="text-muted">{t('address.why')}</p>
        <ErrorNote error={names.error} onRetry={() => void names.refetch()} />
        {names.isPending && <Skeleton lines={3} />}
        {names.data?.length === 0 && <p className="text-muted">{t('address.none')}</p>}
        <ul className="grid max-h-96 gap-2 overflow-y-auto">
          {names.data?.map((each) => (
            <li key={each.address} className="flex flex-wrap items-center justify-between gap-x-4">
              {mayName ? (
                <button type="button" className="link min-h-9 text-left font-medium" onClick={() => setNaming(each)}>
                  {each.name}
                </button>
              ) : (
                <span className="font-medium">{each.name}</span>
              )}
              <Hash value={each.address} label={each.name} />
            </li>
          ))}
        </ul>
        {mayName && (
          <form
            className="grid gap-3 border-t border-line pt-4"
            onSubmit={(event) => {
              event.preventDefault();
              const address = cleanAddress(typed);
              const known = names.data?.find((each) => each.address.toLowerCase() === address.toLowerCase());
              setNaming({ address, name: known?.name ?? '' });
            }}
          >
            <HexField label={t('payouts.address')} value={typed} onChange={setTyped} />
            <div>
              <Button
                type="submit"
                kind="quiet"
                size="sm"
                disabled={!addressShape.safeParse(cleanAddress(typed)).success}
              >
                {t('address.name_it')}
              </Button>
            </div>
          </form>
        )}
      </div>
      {naming && (
        <NameAddress
          address={naming.address}
          name={naming.name}
          onClose={() => {
            setNaming(null);
            setTyped('');
          }}
        />
      )}
    </Sheet>
  );
}
