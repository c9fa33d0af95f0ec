import { putOnePersonShopBody, putSalesBody, settingsAnswer } from '@liqpass/api/operators';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { setSales } from '../services/book/sales.ts';
import { setOnePersonShop } from '../services/people/operators.ts';
import { readSettings } from '../services/settings.ts';
import { adminActor, operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';

/** The shop's settings, and the switches: what is on sale, and whether one person may decide alone. */
export function adminSettingRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };
  app.get(
    '/admin/settings',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'What operators set and see',
        response: { 200: settingsAnswer },
      },
    },
    async () => readSettings(ctx),
  );

  app.put(
    '/admin/settings/sales',
    {
      ...operatorsOnly(keys, 'admin'),
      schema: {
        ...common,
        summary: 'Stop or resume sales: of everything, a product, an instrument or a side',
        body: putSalesBody,
        response: { 200: settingsAnswer },
      },
    },
    async (request) => {
      const { stopped, policyType, instId, side, reason } = request.body;
      const scope = { policyType: policyType ?? null, instId: instId ?? null, side: side ?? null };
      await setSales(ctx, scope, { stopped, reason }, adminActor(request, keys));
      return readSettings(ctx);
    },
  );

  app.put(
    '/admin/settings/one-person-shop',
    {
      ...operatorsOnly(keys, 'admin'),
      schema: {
        ...common,
        summary: 'Whether one person may both approve a claim and record its payment',
        body: putOnePersonShopBody,
        response: { 200: settingsAnswer },
      },
    },
    async (request) => {
      await setOnePersonShop(ctx, request.body.enabled, request.body.reason, adminActor(request, keys));
      return readSettings(ctx);
    },
  );
}
