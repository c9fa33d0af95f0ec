import { cleanAddress, wrongAddress } from '@liqpass/api/pasted';
import { useEffect } from 'react';
import { Controller, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Choice, Field } from '../ui/fields.tsx';
import { HexGroups } from '../ui/Money.tsx';
import { useWrong } from '../ui/useWrong.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import type { BuyDraft } from './draft.ts';
import { useNetwork } from './useNetwork.ts';

/** Where a payout goes: to the wallet that is signed in, else to an address given here. */
export function PayoutTo({ f, draft, wallet }: { f: UseFormReturn<BuyDraft>; draft: BuyDraft; wallet: string | null }) {
  const { t } = useTranslation('trader');
  const network = useNetwork();
  const wrong = useWrong();
  const { setValue } = f;
  useEffect(() => {
    if (wallet !== null) setValue('payTo', 'wallet');
  }, [wallet, setValue]);
  if (wallet !== null)
    return (
      <section data-landing className="grid gap-1 border-t border-line pt-5" aria-label={t('buy.payout_to')}>
        <h2 className="text-sm font-semibold">{t('buy.payout_to')}</h2>
        <HexGroups value={wallet} />
        <p className="text-sm text-muted">{t('payout.later')}</p>
      </section>
    );
  return (
    <fieldset className="grid gap-3 border-t border-line pt-5">
      <legend className="sr-only">{t('buy.payout_to')}</legend>
      <Controller
        control={f.control}
        name="payTo"
        render={({ field }) => (
          <Choice
            legend={t('buy.payout_to')}
            name="payTo"
            value={field.value}
            onChange={field.onChange}
            options={[
              { value: 'wallet', label: t('buy.to_wallet') },
              { value: 'address', label: t('buy.to_address') },
            ]}
          />
        )}
      />
      {draft.payTo === 'wallet' ? (
        <div className="flex flex-wrap items-center gap-3">
          <ConnectButton />
          <p className="text-sm text-muted">{t('buy.wallet_why')}</p>
        </div>
      ) : (
        <Field
          label={t('buy.address', { network })}
          hint={t('buy.address_hint')}
          error={f.formState.errors.address && wrong(wrongAddress(cleanAddress(draft.address)))}
        >
          {(aria) => (
            <input
              {...aria}
              {...f.register('address')}
              autoComplete="off"
              spellCheck={false}
              className="num field-box text-sm"
              placeholder="0x…"
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}
