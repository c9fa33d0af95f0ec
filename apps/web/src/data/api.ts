import { createApi } from '@liqpass/api/apiClient';
import { connection } from './connection.ts';
import { whomHeader } from './whom.ts';

/** The trader's client: the page's own origin, with its session cookie. */
export const api = createApi({ ...connection, headers: whomHeader });
