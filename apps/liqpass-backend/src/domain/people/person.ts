// Two people are two people: whoever approves a payment is not who records it, by whatever door they come the second time.

/** Who took a step, as it is kept: the name that it shows, and what stays the same whatever the name. */
export type Party = { readonly name: string; readonly identity: string };

/** What a key without a name is called: nobody knows whose it is. */
export const UNNAMED_KEY = 'default';

/** The person behind a name: an operator's wallet and a key of the same name are one. Keys of machines are named `machine:…`. */
export const personOf = (name: string): string =>
  name
    .replace(/^(?:operator|admin):/, '')
    .trim()
    .toLowerCase();

/**
 * Whether `second` is, or may be, the person who took the first step: the same wallet or key, a key and a wallet of one name, or
 * after a wallet a key that is named for nobody.
 */
export const isSamePerson = (first: Party, second: Party): boolean =>
  first.identity === second.identity ||
  personOf(first.name) === personOf(second.name) ||
  (personOf(second.name) === UNNAMED_KEY && first.identity.startsWith('wallet:'));
