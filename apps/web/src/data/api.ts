import { createApi } from '@liqpass/api/apiClient';

/** The trader's client: the page's own origin, with its session cookie. */
export const api = createApi({ isOnline: () => navigator.onLine });
