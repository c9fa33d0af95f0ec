import { EXCHANGE_KEY_CODES, LiqPassError } from '@liqpass/api/errors';
import {
  credentialCheckAnswer,
  positionsAnswer,
  sealingKeyAnswer,
  type CredentialCheckAnswer,
  type PositionsAnswer,
  type SealingKeyAnswer,
} from '@liqpass/api/exchangeKeys';
import { snapshotAnswer, type SnapshotAnswer } from '@liqpass/api/verify';
import { errorAnswer } from '@liqpass/api/errorAnswer';
import { boundedFetch } from '@liqpass/service/boundedFetch';
import type { z } from 'zod';
import type { Attestations } from '../platform/attestationClient.ts';

/** A sealed exchange key and the wallet it was sealed for. */
export type SealedKey = { readonly sealed: string; readonly owner: string };

/**
 * jp-verify's routes about exchange keys. What it refuses because of the key is refused with its code (KEY_NOT_READ_ONLY,
 * KEY_IP_NOT_ALLOWED …); anything else is VERIFIER_UNAVAILABLE. Sealed text is passed on as it is, and into no error.
 */
export type ExchangeKeyClient = {
  sealingKey(): Promise<SealingKeyAnswer>;
  check(key: SealedKey): Promise<CredentialCheckAnswer>;
  positions(key: SealedKey): Promise<PositionsAnswer>;
  /** Where it is signed, or expected to be, its signature holds. */
  snapshot(key: SealedKey, okx: { instId: string; ordId: string }): Promise<SnapshotAnswer>;
};

/** jp-verify gives an interactive question 6.5 s, and a snapshot as long as a verification. */
const INTERACTIVE_MS = 10_000;
const SNAPSHOT_MS = 25_000;
const LARGEST_ANSWER = 16 * 1024 * 1024;

export function exchangeKeyClient(
  baseUrl: string,
  apiKey: string,
  attestations: Pick<Attestations, 'judge'>,
): ExchangeKeyClient {
  async function ask<T>(schema: z.ZodType<T>, path: string, timeoutMs: number, body?: unknown): Promise<T> {
    let status: number;
    let json: unknown;
    try {
      const response = await boundedFetch({ timeoutMs, mostBytes: LARGEST_ANSWER })(`${baseUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      json = await response.json();
    } catch (cause) {
      throw unavailable(cause);
    }
    if (status !== 200) {
      const refusal = errorAnswer.safeParse(json);
      if (refusal.success && EXCHANGE_KEY_CODES.includes(refusal.data.error))
        throw new LiqPassError(
          refusal.data.error,
          refusal.data.message,
          refusal.data.params ? { params: refusal.data.params } : {},
        );
      throw unavailable(new Error(`jp-verify answered ${path} with ${status}`));
    }
    const answer = schema.safeParse(json);
    if (!answer.success) throw unavailable(new Error(`jp-verify's answer to ${path} cannot be read`));
    return answer.data;
  }
  return {
    sealingKey: () => ask(sealingKeyAnswer, '/sealing-key', INTERACTIVE_MS),
    check: ({ sealed, owner }) => ask(credentialCheckAnswer, '/credential-check', INTERACTIVE_MS, { sealed, owner }),
    positions: ({ sealed, owner }) => ask(positionsAnswer, '/positions', INTERACTIVE_MS, { credential: sealed, owner }),
    async snapshot({ sealed, owner }, { instId, ordId }) {
      const answer = await ask(snapshotAnswer, '/snapshot', SNAPSHOT_MS, { instId, ordId, credential: sealed, owner });
      const judged = await attestations.judge(answer, { instId, ordId, boundAt: null, window: null });
      if (!judged.held) throw unavailable(new Error("the signature of jp-verify's snapshot does not hold"));
      return answer;
    },
  };
}

const unavailable = (cause: unknown): LiqPassError =>
  new LiqPassError(
    'VERIFIER_UNAVAILABLE',
    'The exchange cannot be asked right now. Nothing was changed; try again in a moment.',
    {
      cause,
    },
  );
