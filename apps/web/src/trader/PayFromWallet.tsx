import { reportPayment } from '@liqpass/api/orderCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { PaymentInstructions } from '@liqpass/api/quotes';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { onceTouched } from '../data/oncePageStands.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { worthRepeating } from '../data/queryClient.ts';
import { serverNow } from '../data/serverTime.ts';
import { money } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Note } from '../ui/sheets.tsx';
import { useConnect } from '../wallet/useConnect.tsx';
import { loadWallet } from '../wallet/loadWallet.ts';
import { isConnected, useWallet, WalletError } from '../wallet/walletStore.ts';
import { forgetPayment, keepPayment, keptPayment, onlyHere, watchPayment } from './payment.ts';

const AGAIN_MS = 3_000;

/**
 * Pays from the wallet, then reports it. What the wallet was asked, and the hash it gave, are kept before anything else
 * happens: neither a reload nor a broken line makes anybody pay twice, or loses a payment.
 */
export function PayFromWallet({
  order,
  to,
  safe,
  units,
  onPerhaps,
}: {
  order: PurchaseOrderAnswer;
  to: PaymentInstructions;
  safe: string;
  units: bigint;
  /** Told what may be the hash of what the wallet may have sent. */
  onPerhaps: (txHash: string) => void;
}) {
  const { t } = useTranslation('trader');
  const wallet = useWallet();
  const known = wallet.status === 'known';
  const client = useQueryClient();
  const { connect, dialog } = useConnect();
  const [kept, setKept] = useState(() => keptPayment(order.id));
  const keep = (txHash: string | null): void => setKept(keepPayment(order.id, { askedAtMs: serverNow(), txHash }));
  const report = useMutation({
    mutationFn: (txHash: string) => reportPayment(api, order.id, { txHash }),
    // Reported again, it changes nothing: so until it has arrived.
    retry: (_, error) => worthRepeating(error),
    retryDelay: AGAIN_MS,
    onSuccess: (answer) => client.setQueryData(orderQuery(order.id).queryKey, answer),
  });
  const send = useMutation({
    mutationFn: async () => {
      const { sendToken } = await loadWallet();
      if (!isConnected()) throw new WalletError('missing');
      return onlyHere(order.id, () => {
        // Another tab may have sent it since this one was drawn.
        const before = keptPayment(order.id);
        if (before?.txHash) return Promise.resolve(hexAddress(before.txHash));
        keep(null);
        return sendToken({
          chainId: to.chain_id,
          token: hexAddress(to.token_address),
          to: hexAddress(safe),
          amount: units,
          // Where the chain is read, the payment says which order it is for.
          reference: order.amount_due_usdc === order.premium_amount_usdc ? null : hexAddress(order.payment_reference),
        });
      });
    },
    onSuccess: (txHash) => {
      keep(txHash);
      report.mutate(txHash);
    },
    onError: (error) => {
      if (!(error instanceof WalletError) || error.perhapsSent) {
        // What looks like its hash waits in the field, to be looked up and confirmed.
        if (error instanceof WalletError && error.perhapsHash !== null) onPerhaps(error.perhapsHash);
      } else if (error.problem !== 'waiting') setKept(forgetPayment(order.id));
    },
  });
  // On its way before the button is pressed; who only looks at the page loads none of it.
  useEffect(() => (known ? onceTouched(() => loadWallet().catch(() => undefined)) : undefined), [known]);
  // What another tab asked its wallet is known here too.
  useEffect(() => watchPayment(order.id, setKept), [order.id]);
  const txHash = kept?.txHash ?? null;
  const tell = report.mutate;
  const reported = order.reported_tx_hash !== null;
  useEffect(() => {
    if (txHash !== null && !reported) tell(txHash);
    // On arrival only: later ones are told by whoever sent them.
  }, [tell]);
  if (reported) return null;

  if (txHash !== null)
    return (
      <div className="grid gap-3">
        <Note tone="wait" role="status" title={t('pay.sent_not_reported')}>
          <code className="num break-all">{txHash}</code>
          {report.isPending && <p className="mt-1">{t('pay.reporting')}</p>}
        </Note>
        <ErrorNote error={report.failureReason} {...(report.isPending ? {} : { onRetry: () => tell(txHash) })} />
      </div>
    );
  const unsure = kept !== null && !send.isPending;
  return (
    <div className="grid gap-3">
      {unsure && (
        <Note tone="wait" role="status" title={t('pay.unsure')}>
          <p>
            <Instant at={kept.askedAtMs} /> {t('pay.unsure_next')}
          </p>
        </Note>
      )}
      <Button
        size="lg"
        kind={unsure ? 'quiet' : 'solid'}
        busy={send.isPending}
        onClick={() => (wallet.status === 'none' ? connect() : send.mutate())}
      >
        {send.isPending
          ? t('pay.confirm_in_wallet')
          : t(unsure ? 'pay.not_sent_again' : 'pay.from_wallet', { amount: money(order.amount_due_usdc) })}
      </Button>
      <ErrorNote error={send.error} />
      {dialog}
    </div>
  );
}

const hexAddress = (text: string): `0x${string}` => `0x${text.slice(2)}`;
