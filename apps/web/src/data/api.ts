import { createApi } from '@liqpass/api/apiClient';
import { asked } from './asked.ts';

/** The trader's client: the page's own origin, with its session cookie. */
export const api = createApi({ isOnline: () => navigator.onLine, asked });
