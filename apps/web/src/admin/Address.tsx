import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortHex } from '../format.ts';
import { Hash } from '../ui/Money.tsx';
import { NameAddress } from './NameAddress.tsx';
import { addressNamesQuery } from './queries.ts';
import { useMay } from './useOperator.ts';

/** The name that operators gave an address; null where it has none. */
export function useAddressName(address: string): string | null {
  const names = useQuery(addressNamesQuery).data;
  return names?.find((each) => each.address.toLowerCase() === address.toLowerCase())?.name ?? null;
}

/** An address with its name, where it has one; where it is looked into, it can be named. */
export function Address({
  value,
  label,
  explorer = null,
  nameable = false,
}: {
  value: string;
  label: string;
  explorer?: string | null;
  nameable?: boolean;
}) {
  const { t } = useTranslation('admin');
  const name = useAddressName(value);
  const mayName = useMay('reviewer') && nameable;
  const [naming, setNaming] = useState(false);
  return (
    <span className="inline-flex flex-wrap items-center justify-end gap-x-2 gap-y-3">
      {name !== null && !mayName && <AddressTag name={name} />}
      {mayName && (
        <button type="button" className="link mr-0! min-h-6 text-sm" onClick={() => setNaming(true)}>
          {name ?? t('address.name_it')}
        </button>
      )}
      <Hash value={value} label={label} href={explorer && `${explorer}/address/${value}`} />
      {naming && <NameAddress address={value} name={name ?? ''} onClose={() => setNaming(false)} />}
    </span>
  );
}

/** A name from the address book: an operator wrote it, and it proves nothing. */
export function AddressTag({ name }: { name: string }) {
  return (
    <span className="max-w-full rounded-sm border border-edge px-1.5 text-sm font-medium break-words" translate="no">
      {name}
    </span>
  );
}

/** An address where there is room for one word: its name, else its ends. Whole, it is in the title. */
export function ShortAddress({ value }: { value: string }) {
  const name = useAddressName(value);
  return (
    <span title={value} translate="no" className={name === null ? 'num' : ''}>
      {name ?? shortHex(value)}
    </span>
  );
}
