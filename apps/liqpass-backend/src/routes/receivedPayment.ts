import type { MarkPaidBody } from '@liqpass/api/orderBodies';
import type { ReceivedPayment } from '../services/payments.ts';
import { amount, instantMs } from './platform/wireValues.ts';

export const toReceivedPayment = (body: MarkPaidBody): ReceivedPayment => ({
  paidAtMs: instantMs(body.paidAt),
  amount: body.premiumAmountUsdc === undefined ? null : amount(body.premiumAmountUsdc),
  txHash: body.txHash ?? null,
  quoteHash: body.quoteHash ?? null,
  payer: body.payer ?? null,
  note: body.note ?? null,
});
