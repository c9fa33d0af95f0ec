import type { Actor } from '../../db/audit/auditRepo.ts';
import * as repo from '../../db/people/addressNamesRepo.ts';
import { entryOf } from '../audit/entryOf.ts';
import { checksummedAddress } from '../platform/checksummedAddress.ts';
import type { PeopleContext } from './peopleContext.ts';

const entry = entryOf('address');

/** A page of the operators' address book, by name. */
export const listAddressNames = (
  ctx: PeopleContext,
  after: repo.NameCursor | null,
  limit: number,
): Promise<repo.AddressName[]> => repo.listAddressNames(ctx.db, after, limit);

/** Gives an address the name that operators see beside it. It decides nothing. */
export const nameAddress = (
  ctx: PeopleContext,
  address: string,
  name: string,
  actor: Actor,
): Promise<repo.AddressName> =>
  repo.putAddressName(ctx.db, checksummedAddress(address), name, entry(ctx, actor, 'name_address'));

/** Takes the name away; repeated, it changes nothing. */
export const forgetAddress = (ctx: PeopleContext, address: string, actor: Actor): Promise<void> =>
  repo.forgetAddressName(ctx.db, checksummedAddress(address), entry(ctx, actor, 'forget_address'));
