import { ApiError } from '@liqpass/api/apiClient';
import { CSV_BEGIN } from '@liqpass/kernel/csv';
import type { ErrorCode } from '@liqpass/api/errors';
import { keyHeader } from './operatorApi.ts';

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'SESSION_EXPIRED',
  403: 'FORBIDDEN',
  429: 'TOO_MANY_REQUESTS',
};

/** The books of some days as CSV. A file is no JSON, so the client of everything else does not read it. */
export async function getAccounts(days: { from: string; to: string; timeZone: string }): Promise<string> {
  const refused = (status: number, cause?: unknown): ApiError =>
    new ApiError(CODES[status] ?? 'SERVICE_UNAVAILABLE', `The server answered with ${status}.`, {
      status,
      requestId: null,
      reached: 'no',
      cause,
    });
  const url = `/admin/accounting?${new URLSearchParams(days).toString()}`;
  const response = await fetch(url, { cache: 'no-store', headers: { accept: 'text/csv', ...keyHeader() } }).catch(
    (cause: unknown) => {
      throw refused(503, cause);
    },
  );
  if (!response.ok) throw refused(response.status);
  // Reading a text takes the mark of its encoding off; a spreadsheet needs it.
  return CSV_BEGIN + (await response.text());
}
