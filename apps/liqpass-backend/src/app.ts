import { join } from 'node:path';
import cookie from '@fastify/cookie';
import { buildServer, type Server } from '@liqpass/service/server';
import { classifyDatabaseError } from './db/platform/databaseError.ts';
import { adminClaimReadRoutes } from './routes/adminClaimReads.ts';
import { adminAuditRoutes } from './routes/audit/adminAudit.ts';
import { adminAddressRoutes } from './routes/people/adminAddresses.ts';
import { adminOperatorRoutes } from './routes/people/adminOperators.ts';
import { adminClaimRoutes } from './routes/adminClaims.ts';
import { adminNoteRoutes } from './routes/adminNotes.ts';
import { adminPurchaseOrderRoutes } from './routes/adminPurchaseOrders.ts';
import { adminAccountingRoutes } from './routes/treasury/adminAccounting.ts';
import { adminOrderFileRoutes } from './routes/treasury/adminOrderFile.ts';
import { adminBatchRoutes } from './routes/treasury/adminBatches.ts';
import { adminClaimPaymentRoutes } from './routes/treasury/adminClaimPayment.ts';
import { adminTreasuryRoutes } from './routes/treasury/adminTreasury.ts';
import { adminPayoutRoutes } from './routes/treasury/adminPayouts.ts';
import { channelRoutes } from './routes/watch/channels.ts';
import { watchRoutes } from './routes/watch/watch.ts';
import { eventRoutes } from './routes/events.ts';
import { pageRoutes } from './routes/platform/pages.ts';
import { paymentInstructionRoutes } from './routes/paymentInstructions.ts';
import { traderClaimRoutes } from './routes/traderClaims.ts';
import { authRoutes } from './routes/people/auth.ts';
import type { Keys } from './routes/platform/keys.ts';
import { ownLogRoutes } from './routes/log/ownLog.ts';
import { reservesRoutes } from './routes/log/reserves.ts';
import { publicLogRoutes } from './routes/log/publicLog.ts';
import { internalClaimRoutes } from './routes/internalClaims.ts';
import { readChainHealth } from './routes/treasury/treasuryMetrics.ts';
import { orderPaymentRoutes } from './routes/treasury/orderPayments.ts';
import { okxCredentialRoutes } from './routes/people/okxCredentials.ts';
import { attestationKeyRoutes } from './routes/platform/attestationKeys.ts';
import { operationRoutes, type buildMetrics } from './routes/platform/operations.ts';
import { purchaseOrderRoutes } from './routes/purchaseOrders.ts';
import { adminHoldRoutes } from './routes/adminHolds.ts';
import { adminExposureRoutes } from './routes/book/adminExposure.ts';
import { adminSettingRoutes } from './routes/adminSettings.ts';
import { exchangeRoutes } from './routes/book/exchange.ts';
import { marketRoutes } from './routes/book/market.ts';
import { productRoutes } from './routes/book/products.ts';
import { quoteRoutes } from './routes/book/quotes.ts';
import { onlySpelledOut } from './routes/platform/onlySpelledOut.ts';
import { installLimits } from './routes/platform/rateLimits.ts';
import { refusalsOf } from './routes/platform/refusals.ts';
import { sessionHook } from './routes/people/sessionHook.ts';
import { openPositionRoutes } from './routes/openPositions.ts';
import { ownPurchaseOrderRoutes } from './routes/ownPurchaseOrders.ts';
import { operatorsOnly, walletOf } from './routes/people/guards.ts';
import type { Context } from './services/context.ts';
import { vkeysOf } from './services/log/logContext.ts';

/** The pages, built ahead (scripts/buildWeb.ts). */
const PAGES = join(import.meta.dirname, '../../web/dist');

/** The backend's HTTP side, without listening. */
export async function buildApp(
  ctx: Context,
  keys: Keys,
  metrics: ReturnType<typeof buildMetrics>,
  /** A worker is asked for its health and its metrics alone. */
  role: 'worker' | 'web' | 'all' = 'all',
  simulatedExchange: string | null = null,
): Promise<Server> {
  const app = await buildServer({
    name: 'LiqPass',
    version: '0.1.0',
    description: 'Cover against forced liquidation of a leveraged OKX position.',
    logger: ctx.log,
    classifyError: classifyDatabaseError,
    refusalsOf,
    securitySchemes: {
      internalKey: { type: 'apiKey', in: 'header', name: 'x-internal-key' },
      adminKey: { type: 'apiKey', in: 'header', name: 'x-admin-key' },
      session: { type: 'apiKey', in: 'cookie', name: 'liqpass' },
    },
    trustProxy: ctx.settings.people.trustProxy,
  });
  // On every answer, so that no page has to ask for it.
  if (simulatedExchange !== null)
    app.addHook('onRequest', async (_, reply) => {
      reply.header('x-simulated-exchange', simulatedExchange);
    });
  await app.register(cookie);
  sessionHook(app, ctx);
  await installLimits(app, ctx, keys, { ...ctx.settings.people, walletOf });
  onlySpelledOut(app);
  const { watch } = ctx;
  operationRoutes(app, ctx, ctx.verifications, metrics, async () =>
    watch === null ? undefined : readChainHealth({ ...ctx, watch }),
  );
  if (role === 'worker') return app;
  authRoutes(app, ctx);
  ownPurchaseOrderRoutes(app, ctx);
  okxCredentialRoutes(app, ctx);
  openPositionRoutes(app, ctx);
  purchaseOrderRoutes(app, ctx);
  orderPaymentRoutes(app, ctx, keys);
  internalClaimRoutes(app, ctx, keys);
  adminClaimReadRoutes(app, ctx, keys);
  adminClaimRoutes(app, ctx, keys);
  adminOperatorRoutes(app, ctx, keys);
  adminAuditRoutes(app, ctx, operatorsOnly(keys, 'viewer'));
  adminPurchaseOrderRoutes(app, ctx, keys);
  adminNoteRoutes(app, ctx, keys);
  adminAddressRoutes(app, ctx, keys);
  productRoutes(app, ctx);
  quoteRoutes(app, ctx);
  marketRoutes(app, ctx);
  exchangeRoutes(app, ctx);
  adminHoldRoutes(app, ctx, keys);
  adminExposureRoutes(app, ctx, keys);
  adminSettingRoutes(app, ctx, keys);
  traderClaimRoutes(app, ctx);
  attestationKeyRoutes(app, ctx.attestations, vkeysOf(ctx.settings.publicLog));
  paymentInstructionRoutes(app, ctx);
  adminPayoutRoutes(app, ctx, keys);
  adminClaimPaymentRoutes(app, ctx, keys);
  adminOrderFileRoutes(app, ctx, keys);
  adminAccountingRoutes(app, ctx, keys);
  adminTreasuryRoutes(app, ctx, keys);
  reservesRoutes(app, ctx);
  adminBatchRoutes(app, ctx, keys);
  watchRoutes(app, ctx, keys);
  channelRoutes(app, ctx);
  eventRoutes(app, ctx, keys);
  publicLogRoutes(app, ctx);
  ownLogRoutes(app, ctx, keys);
  await pageRoutes(app, PAGES);
  return app;
}
