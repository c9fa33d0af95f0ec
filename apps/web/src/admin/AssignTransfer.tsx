import { assignTransfer } from '@liqpass/api/treasuryCalls';
import type { ChainTransfer } from '@liqpass/api/treasury';
import { isUuid } from '@liqpass/kernel/ids';
import { parseUsdc } from '@liqpass/kernel/money';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';
import { Hash } from '../ui/Money.tsx';
import { Facts, Note } from '../ui/sheets.tsx';
import { api } from './operatorApi.ts';
import { settingsQuery } from './queries.ts';
import { treasuryQuery } from './treasuryQueries.ts';
import { ReasonField } from './ReasonField.tsx';
import { useMay } from './useOperator.ts';

/** Says whose money it is, in an operator's name; from an amount on an administrator does, and the others are told so. */
export function AssignTransfer({
  transfer,
  order,
  explorer,
  onClose,
}: {
  transfer: ChainTransfer;
  /** null: to be typed in. */
  order: string | null;
  explorer: string | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState(order === null ? '' : tt('reason_candidate'));
  const isAdmin = useMay('admin');
  const from = useQuery(treasuryQuery).data?.admin_from_usdc;
  const alone = useQuery(settingsQuery).data?.one_person_shop ?? false;
  const isLarge = from !== undefined && (parseUsdc(transfer.amount_usdc) ?? 0n) >= (parseUsdc(from) ?? 0n);
  const asksAdmin = isLarge && !isAdmin && !alone;
  const id = order ?? typed;
  const assign = useMutation({
    mutationFn: () => assignTransfer(api, transfer.id, { purchaseOrderId: id, reason }),
    onSuccess: onClose,
    onSettled: () =>
      client.invalidateQueries({
        predicate: (query) => ['treasury', 'transfers', 'payouts', 'admin-orders'].includes(String(query.queryKey[0])),
      }),
  });
  return (
    <Modal title={tt('assign_title', { amount: money(transfer.amount_usdc) })} onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          assign.mutate();
        }}
      >
        <Facts
          rows={[
            [
              tt('from'),
              <Hash
                key="p"
                value={transfer.party}
                label={tt('from')}
                href={explorer && `${explorer}/address/${transfer.party}`}
              />,
            ],
            [tt('when'), <Instant key="w" at={transfer.block_time} />],
            order === null
              ? null
              : [
                  tt('order'),
                  <Link key="o" to="/admin/policies" search={{ q: order }} className="num link break-all">
                    {order}
                  </Link>,
                ],
          ]}
        />
        {order === null && (
          <Field label={tt('order')} hint={tt('order_hint')}>
            {(aria) => (
              <input
                {...aria}
                data-autofocus
                className="num field-box text-sm"
                value={typed}
                onChange={(event) => setTyped(event.target.value.trim().toLowerCase())}
                autoComplete="off"
                spellCheck={false}
              />
            )}
          </Field>
        )}
        <p className="text-sm text-muted">{tt('assign_why')}</p>
        {isLarge && <Note tone={asksAdmin ? 'wait' : 'plain'}>{tt('admin_from', { amount: money(from ?? '') })}</Note>}
        <ReasonField value={reason} onChange={setReason} />
        <ErrorNote error={assign.error} />
        <div className="flex justify-end gap-3">
          <Button kind="quiet" onClick={onClose}>
            {t('decide.cancel')}
          </Button>
          <Button
            type="submit"
            {...(order === null ? {} : { 'data-autofocus': true })}
            busy={assign.isPending}
            disabled={asksAdmin || reason.trim() === '' || !isUuid(id)}
          >
            {tt('assign')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
