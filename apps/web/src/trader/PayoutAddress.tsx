import { isApiError } from '@liqpass/api/apiClient';
import { requestPayoutAddressMessage, setPayoutAddress } from '@liqpass/api/payoutAddress';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { cleanAddress, wrongAddress, type Wrong } from '@liqpass/api/pasted';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { api } from '../data/api.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { removeStored, useStored } from '../data/stored.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, CopyButton } from '../ui/kit.tsx';
import { Field } from '../ui/fields.tsx';
import { Note } from '../ui/sheets.tsx';
import { useWrong } from '../ui/useWrong.ts';
import { HexGroups } from '../ui/Money.tsx';
import { useMe } from '../wallet/session.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import { loadWallet } from '../wallet/loadWallet.ts';
import { useNetwork } from './useNetwork.ts';

/** Where a payout would go; until the premium is paid, the order's wallet can sign for another address. */
export function PayoutAddress({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const me = useMe();
  const [changing, setChanging] = useState(false);
  const [changed, setChanged] = useState(false);
  const to = order.payout_address ?? order.owner;
  const frozen = order.paid_at !== null;
  const mine = order.owner !== null && me.data?.address === order.owner;
  const note = frozen
    ? t('payout.frozen')
    : to === null
      ? t('payout.at_claim')
      : order.owner === null
        ? t('payout.given')
        : mine
          ? t('payout.until_paid')
          : t('payout.sign_in');
  return (
    <section className="sheet" aria-label={t('payout.title')}>
      <div className="grid gap-1 p-4">
        <div className="flex items-center justify-between gap-3">
          <div>
            <h2 className="text-sm font-semibold">{t('payout.title')}</h2>
            {to !== null && <HexGroups value={to} />}
          </div>
          {to !== null && <CopyButton text={to} label={t('payout.title')} />}
        </div>
        <p role="status" className="text-sm text-muted">
          {changed && <span className="text-floor">{t('payout.changed')} </span>}
          {note}
        </p>
        {!frozen && mine && !changing && (
          <div className="mt-2">
            <Button kind="quiet" size="sm" onClick={() => setChanging(true)}>
              {t('payout.change')}
            </Button>
          </div>
        )}
        {!frozen && order.owner !== null && !mine && !me.isPending && (
          <div className="mt-2">
            <ConnectButton />
          </div>
        )}
      </div>
      {!frozen && mine && changing && (
        <AnotherAddress
          order={order}
          owner={order.owner}
          onCancel={() => setChanging(false)}
          onChanged={() => {
            setChanging(false);
            setChanged(true);
          }}
        />
      )}
    </section>
  );
}

type Warned = { readonly of: string; readonly doubts: readonly PayeeDoubt[] };

/** What the chain says against the address. */
function Doubts({ doubts }: { doubts: readonly PayeeDoubt[] }) {
  const { t } = useTranslation('checks');
  return (
    <Note tone="wait" role="alert">
      <ul className="grid gap-1">
        {doubts.map((doubt) => (
          <li key={doubt}>{t(`payee.${doubt}`)}</li>
        ))}
      </ul>
    </Note>
  );
}

/** The server writes the text, the wallet signs it; only then does the payout go elsewhere. */
function AnotherAddress({
  order,
  owner,
  onCancel,
  onChanged,
}: {
  order: PurchaseOrderAnswer;
  owner: string | null;
  onCancel: () => void;
  onChanged: () => void;
}) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const draft = `lp.payout.${order.id}`;
  const [typed, setTyped] = useStored(draft, z.string(), '');
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const [warned, setWarned] = useState<Warned | null>(null);
  const say = useWrong();
  const network = useNetwork();
  const change = useMutation({
    mutationFn: async () => {
      const payoutAddress = cleanAddress(typed);
      const { message, payee_doubts = [] } = await requestPayoutAddressMessage(api, order.id, { payoutAddress });
      // Told before anything is signed; who presses again has read it.
      if (payee_doubts.length > 0 && warned?.of !== payoutAddress) {
        setWarned({ of: payoutAddress, doubts: payee_doubts });
        return null;
      }
      const { signText } = await loadWallet();
      const signature = await signText(message, addressOf(owner));
      return setPayoutAddress(api, order.id, { message, signature });
    },
    onSuccess: (answer) => {
      if (answer === null) return;
      removeStored(draft);
      client.setQueryData(orderQuery(order.id).queryKey, answer);
      onChanged();
    },
  });
  // A typing error is told at the field; everything else below it.
  const mistyped = isApiError(change.error) && change.error.code === 'ADDRESS_CHECKSUM_WRONG';
  return (
    <form
      className="grid gap-4 border-t border-line p-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const bad = wrongAddress(cleanAddress(typed));
        setWrong(bad);
        if (bad === null && !change.isPending) change.mutate();
      }}
    >
      <Field
        label={t('buy.address', { network })}
        hint={t('payout.hint')}
        error={say(wrong) ?? (mistyped ? t('payout.checksum') : undefined)}
      >
        {(aria) => (
          <input
            {...aria}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setWrong(null);
              change.reset();
            }}
            autoComplete="off"
            spellCheck={false}
            className="num field-box text-sm"
            placeholder="0x…"
          />
        )}
      </Field>
      {!mistyped && <ErrorNote error={change.error} />}
      {warned !== null && warned.of === cleanAddress(typed) && <Doubts doubts={warned.doubts} />}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={change.isPending}>
          {change.isPending ? t('pay.confirm_in_wallet') : t('payout.sign')}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          {t('key.cancel')}
        </Button>
      </div>
    </form>
  );
}

const addressOf = (text: string | null): `0x${string}` => `0x${text?.slice(2) ?? ''}`;
