import { okAnswer } from '@liqpass/api/auth';
import { putOperatorBody } from '@liqpass/api/operatorBodies';
import { operatorAnswer, operatorList, operatorMe, operatorParams } from '@liqpass/api/operators';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { PeopleContext } from '../../services/people/peopleContext.ts';
import { listOperators, putOperator, removeOperator } from '../../services/people/operators.ts';
import { adminActor, operator, operatorsOnly } from './guards.ts';
import type { Keys } from '../platform/keys.ts';

type Row = Awaited<ReturnType<typeof putOperator>>;
const toWire = (row: Row) => ({
  address: row.address,
  name: row.name,
  role: row.role,
  created_at: formatIso(row.createdAtMs),
  added_by: row.addedBy,
});

/** Who the operators are, and what they may. */
export function adminOperatorRoutes(app: Server, ctx: PeopleContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/me',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: { ...common, summary: 'Who you are here', response: { 200: operatorMe } },
    },
    async (request) => {
      const { name, address, role } = operator(request, keys, 'viewer');
      return { name, address, role };
    },
  );

  app.get(
    '/admin/operators',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: { ...common, summary: 'The operators', response: { 200: operatorList } },
    },
    async () => ({ items: (await listOperators(ctx)).map(toWire) }),
  );

  app.put(
    '/admin/operators/:address',
    {
      ...operatorsOnly(keys, 'admin'),
      schema: {
        ...common,
        summary: 'Add an operator, or change its role',
        params: operatorParams,
        body: putOperatorBody,
        response: { 200: operatorAnswer },
        refuses: ['ADDRESS_CHECKSUM_WRONG', 'LAST_ADMIN', 'OPERATOR_NAME_TAKEN', 'OPERATOR_NOT_FOUND'],
      },
    },
    async (request) =>
      toWire(await putOperator(ctx, { ...request.body, address: request.params.address }, adminActor(request, keys))),
  );

  app.delete(
    '/admin/operators/:address',
    {
      ...operatorsOnly(keys, 'admin'),
      schema: {
        ...common,
        summary: 'Remove an operator',
        params: operatorParams,
        response: { 200: okAnswer },
        refuses: ['ADDRESS_CHECKSUM_WRONG', 'LAST_ADMIN', 'OPERATOR_NOT_FOUND'],
      },
    },
    async (request) => {
      await removeOperator(ctx, request.params.address, adminActor(request, keys));
      return { ok: true as const };
    },
  );
}
