import { forgetAddress, nameAddress } from '@liqpass/api/deskCalls';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/fields.tsx';
import { Button } from '../ui/kit.tsx';
import { api } from './operatorApi.ts';
import { addressNamesQuery } from './queries.ts';
import { StepForm } from './StepForm.tsx';

/** Gives an address its name in the address book, another one, or none. */
export function NameAddress({ address, name, onClose }: { address: string; name: string; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const [typed, setTyped] = useState(name);
  const [wrong, setWrong] = useState(false);
  const onSuccess = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: addressNamesQuery.queryKey });
    onClose();
  };
  const put = useMutation({ mutationFn: () => nameAddress(api, address, { name: typed }), onSuccess });
  const forget = useMutation({ mutationFn: () => forgetAddress(api, address), onSuccess });
  return (
    <StepForm
      title={t('address.title')}
      why={t('address.why')}
      button={t('address.save')}
      busy={put.isPending || forget.isPending}
      error={put.error ?? forget.error}
      onClose={onClose}
      onSubmit={() => {
        setWrong(typed.trim() === '');
        if (typed.trim() !== '') put.mutate();
      }}
    >
      <p className="num text-sm break-all" translate="no">
        {address}
      </p>
      <Field label={t('settings.name')} error={wrong ? t('decide.text_needed') : undefined}>
        {(aria) => (
          <input
            {...aria}
            data-autofocus
            className="field-box"
            value={typed}
            maxLength={60}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {name !== '' && (
        <div>
          <Button kind="bare" size="sm" className="-ml-3" busy={forget.isPending} onClick={() => forget.mutate()}>
            {t('address.forget')}
          </Button>
        </div>
      )}
    </StepForm>
  );
}
