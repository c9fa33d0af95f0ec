import { LiqPassError } from '@liqpass/api/errors';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import { writeAudit, type Actor } from '../../db/audit/auditRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import * as repo from '../../db/people/operatorsRepo.ts';
import { ONE_PERSON_SHOP, readShop, setOnePersonShop as set } from '../../db/people/settingsRepo.ts';
import { personOf } from '../../domain/people/person.ts';
import { checksummedAddress } from '../platform/checksummedAddress.ts';
import type { PeopleContext } from './peopleContext.ts';
import { entryOf } from '../audit/entryOf.ts';

const entry = entryOf('operator');

export const listOperators = (ctx: PeopleContext): Promise<repo.OperatorRow[]> => repo.listOperators(ctx.db);

/** A person cannot leave the shop without an admin; a machine's key is one that always stays. */
const keepsAdmin = (actor: Actor): boolean => actor.identity !== undefined;

const lastAdmin = (): LiqPassError =>
  new LiqPassError('LAST_ADMIN', 'This is the last admin: make somebody else admin first.');

const nameTaken = (name: string, cause: unknown): LiqPassError =>
  new LiqPassError(
    'OPERATOR_NAME_TAKEN',
    `${name} is, or was, another operator's name; names in the audit stay one person's. Take another name.`,
    { params: { name }, cause },
  );

/**
 * Changes the list, one change at a time. Where fewer than two people decide after it, and no switch says otherwise, one person
 * may approve and pay from then on: that is a row too.
 */
async function changeOperators<T>(ctx: PeopleContext, actor: Actor, change: (trx: Db) => Promise<T>): Promise<T> {
  return ctx.db.transaction().execute(async (trx) => {
    await repo.lockOperators(trx);
    const before = await readShop(trx);
    const outcome = await change(trx);
    if (!before.onePersonShop && (await readShop(trx)).onePersonShop) {
      const why = 'fewer than two operators are left who decide';
      const noted = entry(ctx, actor, ONE_PERSON_SHOP, { why, details: { enabled: true } });
      await writeAudit(trx, ONE_PERSON_SHOP, { ...noted, subjectType: 'setting' }, { from: 'OFF', to: 'ON' });
    }
    return outcome;
  });
}

/** Puts a wallet on the list of operators, or changes what it may; its sessions follow at once. */
export async function putOperator(
  ctx: PeopleContext,
  given: { address: string; role: OperatorRole; name: string },
  actor: Actor,
): Promise<repo.OperatorRow> {
  const operator = { ...given, address: checksummedAddress(given.address) };
  const { name, role } = operator;
  const noted = entry(ctx, actor, 'put_operator', { details: { name, role } });
  if (name.includes(':'))
    throw new LiqPassError('VALIDATION_FAILED', 'name: a colon is in no person’s name: `machine:…` is a key’s.');
  const outcome = await changeOperators(ctx, actor, (trx) =>
    repo.putOperator(trx, operator, keepsAdmin(actor), noted),
  ).catch((error: unknown) => {
    throw repo.isNameTaken(error) ? nameTaken(name, error) : error;
  });
  if (outcome === 'last_admin') throw lastAdmin();
  const put = (await repo.listOperators(ctx.db)).find((each) => each.address === operator.address);
  if (!put) throw new LiqPassError('OPERATOR_NOT_FOUND', `${operator.address} was removed in the same moment.`);
  return put;
}

/** Takes a wallet off the list; its sessions are a trader's from then on. */
export async function removeOperator(ctx: PeopleContext, address: string, actor: Actor): Promise<void> {
  const noted = entry(ctx, actor, 'remove_operator');
  const outcome = await changeOperators(ctx, actor, (trx) =>
    repo.removeOperator(trx, checksummedAddress(address), keepsAdmin(actor), noted),
  );
  if (outcome === 'last_admin') throw lastAdmin();
  if (outcome === 'unknown') throw new LiqPassError('OPERATOR_NOT_FOUND', `${address} is no operator.`);
}

/** Whether one person may both approve a claim and record its payment. Every payment that uses it says so in its audit row. */
export async function setOnePersonShop(
  ctx: PeopleContext,
  enabled: boolean,
  reason: string,
  actor: Actor,
): Promise<void> {
  await set(ctx.db, enabled, {
    ...entry(ctx, actor, ONE_PERSON_SHOP, { why: reason, details: { enabled } }),
    subjectType: 'setting',
  });
}

/** Writes the operators that the configuration names, where they have never been. */
export async function seedOperators(ctx: PeopleContext): Promise<void> {
  for (const operator of ctx.settings.people.operators)
    await repo.seedOperator(ctx.db, operator, entry(ctx, { name: 'configuration', requestId: null }, 'put_operator'));
}

/** Refuses a machine that would speak in the name of an operator: they sign in for themselves. A key of that name is their own. */
export async function requireNoOperatorsName(ctx: PeopleContext, spoken: string, actor: Actor): Promise<void> {
  const person = personOf(spoken);
  if (person === personOf(actor.name) || !(await repo.isOperatorsName(ctx.db, person))) return;
  throw new LiqPassError(
    'FORBIDDEN',
    `approvedBy: ${spoken} is an operator, who signs in to decide: a key speaks for nobody else.`,
  );
}
