import type { NamedKey } from '@liqpass/service/constantTime';

/** The keys that machines hold, by name. */
export type Keys = { readonly internal: readonly NamedKey[]; readonly admin: readonly NamedKey[] };
