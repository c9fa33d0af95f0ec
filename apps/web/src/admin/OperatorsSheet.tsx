import { putOperator, removeOperator } from '@liqpass/api/operatorCalls';
import { cleanAddress } from '@liqpass/api/pasted';
import { address as addressShape } from '@liqpass/api/wire';
import { OPERATOR_ROLES, type OperatorRole } from '@liqpass/kernel/vocabulary';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Field } from '../ui/fields.tsx';
import { Address } from './Address.tsx';
import { api } from './operatorApi.ts';
import { operatorsQuery } from './queries.ts';
import { useMay } from './useOperator.ts';

/** Who may do what here; an administrator adds, changes and removes. */
export function OperatorsSheet() {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const operators = useQuery(operatorsQuery);
  const mayChange = useMay('admin');
  const [address, setAddress] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<OperatorRole>('viewer');
  const known = operators.data?.items.find(
    (each) => each.address.toLowerCase() === cleanAddress(address).toLowerCase(),
  );
  const again = () =>
    client.invalidateQueries({ predicate: (query) => ['operators', 'settings'].includes(String(query.queryKey[0])) });
  const add = useMutation({
    mutationFn: () => putOperator(api, cleanAddress(address), { role, name }),
    onSuccess: async () => {
      setAddress('');
      setName('');
      await again();
    },
  });
  const remove = useMutation({ mutationFn: (who: string) => removeOperator(api, who), onSuccess: again });
  return (
    <Sheet title={t('settings.operators')}>
      <div className="grid gap-4 p-4">
        <ErrorNote error={operators.error ?? remove.error} />
        <ul className="grid gap-2 text-sm">
          {operators.data?.items.map((operator) => (
            <li
              key={operator.address}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[1.3fr_1fr_1.4fr_auto]"
            >
              <span className="font-medium">{operator.name}</span>{' '}
              <span className="max-sm:justify-self-end">{t(`role.${operator.role}`)}</span>
              <Address value={operator.address} label={operator.name} />
              {mayChange && (
                <Button
                  kind="bare"
                  size="sm"
                  className="-mr-3 justify-self-end"
                  busy={remove.isPending}
                  onClick={() => remove.mutate(operator.address)}
                >
                  {t('settings.remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {mayChange && (
          <form
            className="grid gap-3 border-t border-line pt-4"
            onSubmit={(event) => {
              event.preventDefault();
              add.mutate();
            }}
          >
            <Field label={t('settings.address')}>
              {(aria) => (
                <input
                  {...aria}
                  className="num field-box text-sm"
                  value={address}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="0x…"
                  onChange={(event) => setAddress(event.target.value.trim())}
                />
              )}
            </Field>
            <div className="grid gap-3 sm:grid-cols-2">
              <Field label={t('settings.name')}>
                {(aria) => (
                  <input
                    {...aria}
                    className="field-box"
                    value={name}
                    maxLength={60}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              <Field label={t('settings.role')}>
                {(aria) => (
                  <select
                    {...aria}
                    className="field-box"
                    value={role}
                    onChange={(event) => setRole(OPERATOR_ROLES.find((r) => r === event.target.value) ?? 'viewer')}
                  >
                    {OPERATOR_ROLES.map((r) => (
                      <option key={r} value={r}>
                        {t(`role.${r}`)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            {known && (
              <p className="text-sm text-wait">
                {t('settings.same_wallet', { name: known.name, role: t(`role.${known.role}`) })}
              </p>
            )}
            <ErrorNote error={add.error} />
            <div>
              <Button
                type="submit"
                kind="quiet"
                busy={add.isPending}
                disabled={!addressShape.safeParse(cleanAddress(address)).success || name.trim() === ''}
              >
                {known ? t('settings.change') : t('settings.add')}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Sheet>
  );
}
