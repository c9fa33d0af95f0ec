import { sql, type RawBuilder } from 'kysely';
import { personOf, UNNAMED_KEY } from '../../domain/people/person.ts';
import { identityOf, type Actor } from '../audit/auditRepo.ts';

/** isSamePerson() as SQL, in the statement that takes the second step: `name` and `identity` are of who took the first. */
export const isSamePersonSql = (
  name: RawBuilder<unknown>,
  identity: RawBuilder<unknown>,
  second: Actor,
): RawBuilder<boolean> => sql`coalesce(${identity} = ${identityOf(second)}
  or lower(btrim(regexp_replace(${name}, '^(operator|admin):', ''))) = ${personOf(second.name)}
  or (${personOf(second.name)} = ${UNNAMED_KEY} and ${identity} like 'wallet:%'), false)`;
