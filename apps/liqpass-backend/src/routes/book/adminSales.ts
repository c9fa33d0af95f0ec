import { putSalesBody, settingsAnswer } from '@liqpass/api/operators';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../../services/context.ts';
import { setSales } from '../../services/book/sales.ts';
import { readSettings } from '../../services/people/settings.ts';
import { adminActor, operatorsOnly, type Keys } from '../people/guards.ts';

/** The shop's settings, and the switch that takes products off sale. */
export function adminSalesRoutes(app: Server, ctx: Context, keys: Keys): void {
  app.get(
    '/admin/settings',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags: ['admin'],
        summary: 'What operators set and see',
        security: [{ adminKey: [] }, { session: [] }],
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
        tags: ['admin'],
        summary: 'Stop or resume sales: of everything, a product, an instrument or a side',
        security: [{ adminKey: [] }, { session: [] }],
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
}
