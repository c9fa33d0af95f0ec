import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { isApiError } from '@liqpass/api/apiClient';
import { bindOkx, setWatch } from '@liqpass/api/orderCalls';
import { cleanOrderNumber, wrongOrderNumber } from '@liqpass/api/pasted';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { bindOkxBody } from '@liqpass/api/orderBodies';
import type { WatchBody } from '@liqpass/api/watch';
import { doubtOfOrderNumber, type OrderNumberDoubt } from '@liqpass/kernel/orderNumber';
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { api } from '../data/api.ts';
import { credentialsQuery } from '../data/credentialQueries.ts';
import { productsQuery } from '../data/marketQueries.ts';
import { meQuery } from '../data/meQuery.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { serverNow } from '../data/serverTime.ts';
import { readStored, useStored, writeStored } from '../data/stored.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, buttonClass, Skeleton } from '../ui/kit.tsx';
import { Choice, Field } from '../ui/fields.tsx';
import { Note } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { useWrong } from '../ui/useWrong.ts';
import { Steps } from '../ui/Steps.tsx';
import { useMe } from '../wallet/session.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import { ContactAbout } from './Contact.tsx';
import { KeyAndPositions } from './KeyAndPositions.tsx';
import { WatchPanel } from './WatchPanel.tsx';
import { OrderError } from './OrderError.tsx';
import { OrderSummary } from './OrderSummary.tsx';

type Way = 'key' | 'number';

/** Asks for all that the step shows first, so that it is drawn once. */
export async function askForBinding(client: QueryClient, orderId: string): Promise<void> {
  const keys = async (): Promise<void> => {
    await client.prefetchQuery(meQuery);
    if (client.getQueryData(meQuery.queryKey)) await client.prefetchQuery(credentialsQuery);
  };
  await Promise.all([keys(), client.prefetchQuery(orderQuery(orderId)), client.prefetchQuery(productsQuery)]);
}

/** Step 2: show which position it is, with a read-only key sealed here, or by its order number. */
export function BindStep({ orderId }: { orderId: string }) {
  const { t } = useTranslation('trader');
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const order = useQuery(orderQuery(orderId));
  const products = useQuery(productsQuery);
  const [way, setWay] = useStored(`lp.way.${orderId}`, z.enum(['key', 'number']).nullable(), null);
  const bind = useMutation({
    mutationFn: async ({
      watch,
      ...body
    }: {
      ordId: string;
      instId: string;
      credentialId?: string;
      watch?: WatchBody;
    }) => {
      client.setQueryData(orderQuery(orderId).queryKey, await bindOkx(api, orderId, body));
      // What is bound is bound, whatever becomes of the watch: then the error stands here, beside the switch and the way to pay.
      if (watch?.on) await setWatch(api, orderId, watch);
    },
    onSuccess: () => navigate({ to: '/pay/$id', params: { id: orderId } }),
    // It may have been closed meanwhile: look again.
    onError: () => client.invalidateQueries({ queryKey: ['positions'] }),
  });
  if (order.error && !order.data)
    return (
      <Page>
        <OrderError error={order.error} onRetry={() => void order.refetch()} />
      </Page>
    );
  if (!order.data)
    return (
      <Page>
        <Skeleton lines={8} />
      </Page>
    );
  const byNumber = products.data?.allow_unattested_binding !== false;
  const chosen: Way = way ?? (me.data ? 'key' : byNumber ? 'number' : 'key');
  const moved =
    isApiError(bind.error) && ['PRICE_MOVED', 'QUOTE_EXPIRED', 'QUOTE_ALREADY_USED'].includes(bind.error.code);
  return (
    <Page>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-14">
        <div className="grid min-w-0 gap-6">
          <Steps at={2} />
          <div className="grid gap-2">
            <h1 className="text-4xl">{t('bind.title')}</h1>
            <p className="max-w-[36em] text-muted">{t('bind.lead')}</p>
          </div>
          {order.data.paid_at !== null ? (
            <Note tone="wait" title={t('bind.paid_already')}>
              <Link className="link" to="/policies/$id" params={{ id: orderId }}>
                {t('bind.to_policy')}
              </Link>
            </Note>
          ) : (
            <>
              {order.data.okx_meta_json && (
                <Note tone="floor" title={t('bind.bound_already', { ordId: order.data.okx_meta_json.ordId })}>
                  <Link className="link" to="/pay/$id" params={{ id: orderId }}>
                    {t('bind.to_pay')}
                  </Link>
                </Note>
              )}
              {!bind.isPending && <WatchPanel order={order.data} />}
              {byNumber && (
                <Choice<Way>
                  legend={t('bind.way')}
                  name="way"
                  value={chosen}
                  onChange={setWay}
                  options={[
                    { value: 'key', label: t('bind.by_key') },
                    { value: 'number', label: t('bind.by_number') },
                  ]}
                />
              )}
              {chosen === 'number' ? (
                <ByNumber order={order.data} busy={bind.isPending} onBind={(body) => bind.mutate(body)} />
              ) : me.data ? (
                <KeyAndPositions
                  owner={me.data.address}
                  order={order.data}
                  busy={bind.isPending}
                  onBind={(body, watch) => bind.mutate({ ...body, watch })}
                />
              ) : (
                <div className="grid justify-items-start gap-3">
                  <p className="text-sm">{t('bind.key_needs_wallet')}</p>
                  <ConnectButton />
                </div>
              )}
              {bind.isPending && (
                <p role="status" className="text-sm text-muted">
                  {t('bind.reading')}
                </p>
              )}
              <ErrorNote error={bind.error} />
              <ContactAbout error={bind.error} />
              {moved && (
                <Link to="/buy" search={{}} className={buttonClass('solid')}>
                  {t('bind.new_quote')}
                </Link>
              )}
            </>
          )}
        </div>
        <OrderSummary order={order.data} />
      </div>
    </Page>
  );
}

const numberForm = bindOkxBody.pick({ ordId: true, instId: true });
const numberDraft = z.object({ ordId: z.string(), instId: z.string() });

function ByNumber({
  order,
  busy,
  onBind,
}: {
  order: PurchaseOrderAnswer;
  busy: boolean;
  onBind: (body: { ordId: string; instId: string }) => void;
}) {
  const { t } = useTranslation('trader');
  const kept = `lp.number.${order.id}`;
  const f = useForm<z.infer<typeof numberForm>>({
    defaultValues: readStored(kept, numberDraft, {
      ordId: order.okx_meta_json?.ordId ?? '',
      instId: order.okx_meta_json?.instId ?? order.position?.inst_id ?? 'BTC-USDT-SWAP',
    }),
    resolver: standardSchemaResolver(numberForm),
  });
  const draft = f.watch();
  useEffect(() => writeStored(kept, draft), [kept, draft]);
  const wrong = useWrong();
  // A number that does not look right is asked about once, and taken when it is said again.
  const [doubted, setDoubted] = useState<{ ordId: string; doubt: OrderNumberDoubt } | null>(null);
  const asks = doubted !== null && doubted.ordId === cleanOrderNumber(draft.ordId);
  const bind = f.handleSubmit((body) => {
    const doubt = doubtOfOrderNumber(body.ordId, serverNow());
    if (doubt === null || asks) onBind(body);
    else setDoubted({ ordId: body.ordId, doubt });
  });
  return (
    <form className="grid gap-5" noValidate onSubmit={(event) => void bind(event)}>
      <Note tone="wait">{t('bind.number_note')}</Note>
      <Field
        label={t('bind.ord_id')}
        hint={t('bind.ord_id_hint')}
        error={f.formState.errors.ordId && wrong(wrongOrderNumber(cleanOrderNumber(draft.ordId)))}
      >
        {(aria) => (
          <input {...aria} {...f.register('ordId')} inputMode="numeric" autoComplete="off" className="num field-box" />
        )}
      </Field>
      <Field label={t('buy.instrument')} error={f.formState.errors.instId ? t('bind.inst_id_wrong') : undefined}>
        {(aria) => (
          <input {...aria} {...f.register('instId')} autoComplete="off" spellCheck={false} className="num field-box" />
        )}
      </Field>
      {asks && (
        <Note tone="wait" role="status" title={t(`bind.doubt.${doubted.doubt}`)}>
          <p className="num my-1 text-lg font-semibold break-all" translate="no">
            {doubted.ordId}
          </p>
          <p>{t('bind.doubt_next')}</p>
        </Note>
      )}
      <div>
        <Button type="submit" size="lg" kind={asks ? 'quiet' : 'solid'} busy={busy}>
          {t(asks ? 'bind.check_all_the_same' : 'bind.check')}
        </Button>
      </div>
    </form>
  );
}
