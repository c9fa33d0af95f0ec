import type { Api, In } from './apiClient.ts';
import { candlesAnswer, marksAnswer, paymentInstructionsAnswer, productsAnswer, quoteAnswer } from './quotes.ts';
import type { quoteBody } from './quoteBodies.ts';

// What anyone asks: what is on sale, at what price, and where a premium goes. One function per route; the client comes first, so that a page carries only what it uses.

export const getProducts = (api: Api) => api('GET', '/api/products', productsAnswer);

export const requestQuote = (api: Api, body: In<typeof quoteBody>, signal?: AbortSignal) =>
  api('POST', '/api/quotes', quoteAnswer, { body, ...(signal ? { signal } : {}) });

export const getCandles = (api: Api, query: { instId: string; bar: '1m' | '1H'; limit: number; until?: string }) =>
  api('GET', '/api/market/candles', candlesAnswer, { query });

export const getMarks = (api: Api) => api('GET', '/api/market/marks', marksAnswer);

export const getPaymentInstructions = (api: Api) => api('GET', '/api/payment-instructions', paymentInstructionsAnswer);
