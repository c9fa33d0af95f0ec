import { okAnswer } from '@liqpass/api/auth';
import { addressName, addressNamePage, addressNameParams, listAddressNamesQuery } from '@liqpass/api/desk';
import { nameAddressBody } from '@liqpass/api/deskBodies';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import { forgetAddress, listAddressNames, nameAddress } from '../../services/people/addressNames.ts';
import type { PeopleContext } from '../../services/people/peopleContext.ts';
import type { Keys } from '../platform/keys.ts';
import { badCursor, toPage } from '../platform/pagination.ts';
import { adminActor, operatorsOnly } from './guards.ts';

type Row = Awaited<ReturnType<typeof nameAddress>>;
const toWire = (row: Row) => ({
  address: row.address,
  name: row.name,
  by: row.by,
  updated_at: formatIso(row.updatedAtMs),
});

const nameCursor = ({ name, address }: Row): string => Buffer.from(`${address}${name}`).toString('base64url');
function parseNameCursor(cursor: string | undefined): { name: string; address: string } | null {
  if (cursor === undefined) return null;
  const [, address, name] = /^(0x[0-9a-fA-F]{40})(.+)$/u.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (address === undefined || name === undefined) throw badCursor();
  return { address, name };
}

/** Names of addresses, as operators see them wherever an address is shown. */
export function adminAddressRoutes(app: Server, ctx: PeopleContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/addresses',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'The address book, by name',
        querystring: listAddressNamesQuery,
        response: { 200: addressNamePage },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const rows = await listAddressNames(ctx, parseNameCursor(cursor), limit + 1);
      return toPage(rows, limit, nameCursor, toWire);
    },
  );

  app.put(
    '/admin/addresses/:address',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Name an address, or name it anew',
        params: addressNameParams,
        body: nameAddressBody,
        response: { 200: addressName },
        refuses: ['ADDRESS_CHECKSUM_WRONG'],
      },
    },
    async (request) =>
      toWire(await nameAddress(ctx, request.params.address, request.body.name, adminActor(request, keys, 'reviewer'))),
  );

  app.delete(
    '/admin/addresses/:address',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: "Take an address's name away; repeated, it changes nothing",
        params: addressNameParams,
        response: { 200: okAnswer },
        refuses: ['ADDRESS_CHECKSUM_WRONG'],
      },
    },
    async (request) => {
      await forgetAddress(ctx, request.params.address, adminActor(request, keys, 'reviewer'));
      return { ok: true as const };
    },
  );
}
