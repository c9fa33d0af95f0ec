import { z } from 'zod';
import type { Described, Operation } from './openApi.ts';
import type { Realised } from './requests.ts';

export type FuzzAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
};

const refusal = z.object({ error: z.string() });
/** The code of a refusal; null where the answer is none. */
export function codeOf(text: string): string | null {
  try {
    return refusal.safeParse(JSON.parse(text)).data?.error ?? null;
  } catch {
    return null; // No JSON, so no refusal of ours.
  }
}

/** What is wrong with an answer, one sentence each, the same for the same fault; nothing where the document foresaw it. */
export function judge(
  described: Described,
  operation: Operation,
  { request, json, unroutable }: Realised,
  answer: FuzzAnswer,
  secrets: readonly string[],
): string[] {
  const { status, text } = answer;
  const wrong: string[] = [];
  const code = codeOf(text);
  // A service that is not ready says so with 503: an honest answer, while the machine is busy.
  const notReady = operation.path === '/readyz' && status === 503;
  if (status >= 500 && !notReady) wrong.push(`answered with ${status} ${code ?? ''}`);
  if (typeof answer.headers['x-request-id'] !== 'string') wrong.push('no x-request-id');
  if (secrets.some((secret) => text.includes(secret))) wrong.push('a secret is in the answer');
  if (unroutable && status === 404) {
    if (code !== 'NOT_FOUND' || !described.isError(JSON.parse(text)))
      wrong.push('a path without a route: no NOT_FOUND');
    return wrong;
  }
  const documented = operation.answers.get(status);
  if (!documented) return [...wrong, `status ${status} (${code ?? 'no code'}) is not documented`];
  const type = String(answer.headers['content-type'] ?? 'none').split(';', 1)[0] ?? '';
  const validate = documented.get(type);
  const error = validate?.(type === 'application/json' ? JSON.parse(text) : text) ?? null;
  if (!validate) wrong.push(`content type ${type} of status ${status} is not documented`);
  else if (error)
    wrong.push(
      code === null || error.keyword !== 'enum'
        ? `the answer of status ${status} is not as documented: ${error.instancePath.replaceAll(/\/\d+/g, '/*')} ${error.message ?? ''}`
        : `${code} (${status}) is not documented`,
    );
  if (status < 300) {
    if (operation.body !== null && json !== undefined && !operation.allowsBody(json))
      wrong.push(`answered ${status} to a body that the document forbids`);
    const named = ['x-admin-key', 'x-internal-key', 'authorization', 'cookie'].some((name) => name in request.headers);
    if (!operation.open && !named) wrong.push(`answered ${status} to nobody in particular`);
  }
  return wrong;
}
