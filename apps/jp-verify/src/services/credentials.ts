import { LiqPassError, type ErrorCode } from '@liqpass/api/errors';
import type { CredentialCheckAnswer, ExchangeKey } from '@liqpass/api/exchangeKeys';
import { parseRows, configRow } from '@liqpass/proof/rows';
import { readAnswer, type Answer } from '@liqpass/proof/answers';
import { keySentence, type KeyProblem } from '@liqpass/proof/okxErrors';
import { CONFIG_TARGET } from '@liqpass/proof/targets';
import { openExchangeKey, sealedTo } from '@liqpass/sealing/open';
import { isHeaderText } from '@liqpass/service/environment';
import type { OkxClient } from '../okx/okxClient.ts';
import { okxClientFor, type Context } from './context.ts';

const CODE_OF: Record<KeyProblem, ErrorCode> = {
  ENVIRONMENT: 'KEY_WRONG_REGION',
  KEY_OR_REGION: 'KEY_WRONG_REGION',
  PASSPHRASE: 'KEY_WRONG_PASSPHRASE',
  SECRET: 'KEY_WRONG_SECRET',
  IP_NOT_ALLOWED: 'KEY_IP_NOT_ALLOWED',
  PERMISSION: 'KEY_EXPIRED_OR_BLOCKED',
  BLOCKED: 'KEY_EXPIRED_OR_BLOCKED',
  INVALID: 'KEY_EXPIRED_OR_BLOCKED',
};

/** What the exchange's refusal means to whoever holds the key; an exchange that is down is 503, not the key's fault. */
export function refusalOf(answer: Extract<Answer, { kind: 'refused' }>): LiqPassError {
  if (answer.keyProblem === null)
    return new LiqPassError('SERVICE_UNAVAILABLE', 'The exchange does not answer now: try again in a moment.', {
      params: { code: answer.code ?? '', status: String(answer.status ?? '') },
    });
  const params = {
    problem: answer.keyProblem,
    code: answer.code ?? '',
    ...(answer.ip === null ? {} : { ip: answer.ip }),
  };
  return new LiqPassError(CODE_OF[answer.keyProblem], keySentence(answer.keyProblem, answer.ip), { params });
}

export type Credential = { readonly credential?: string | undefined; readonly owner?: string | undefined };

async function open(ctx: Context, sealed: string, owner: string): Promise<ExchangeKey> {
  const key = await openExchangeKey(sealed, owner, ctx.sealingKeys);
  if (key === null || !isHeaderText(key.apiKey) || !isHeaderText(key.passphrase))
    throw new LiqPassError(
      'SEALED_KEY_UNREADABLE',
      'This sealed key cannot be opened: it was sealed for another owner or to a key that is no longer in use. Seal it again.',
    );
  return key;
}

/** The client for a request: with its sealed credential, or with jp-verify's own key where it brings none. */
export async function clientOf(ctx: Context, { credential, owner }: Credential): Promise<OkxClient> {
  if (credential === undefined) {
    if (ctx.ownCredential === null)
      throw new LiqPassError(
        'SERVICE_UNAVAILABLE',
        'jp-verify has no exchange key of its own: send a sealed credential.',
      );
    return okxClientFor(ctx, ctx.ownCredential, null);
  }
  if (owner === undefined)
    throw new LiqPassError(
      'VALIDATION_FAILED',
      'The body is not acceptable. owner: a credential comes with the wallet it was sealed for.',
    );
  const { region, ...key } = await open(ctx, credential, owner);
  return okxClientFor(ctx, key, region);
}

/** How long a question that a person waits for may take. */
export const INTERACTIVE_MS = 6_500;

/** Opens a sealed key, asks the exchange whose it is and what it may do, and refuses one that may do more than read. */
export async function checkCredential(ctx: Context, sealed: string, owner: string): Promise<CredentialCheckAnswer> {
  const { region, ...key } = await open(ctx, sealed, owner);
  const client = okxClientFor(ctx, key, region);
  const exchange = await client.get(CONFIG_TARGET, ctx.clock.now() + INTERACTIVE_MS);
  const answer = readAnswer({ ...exchange, path: 'okx/01-account-config' });
  if (answer.kind === 'refused') throw refusalOf(answer);
  const config = parseRows(configRow, answer.rows)?.[0];
  if (!config || config.uid === '' || config.mainUid === '' || config.perm === '')
    throw new LiqPassError('SERVICE_UNAVAILABLE', 'The exchange did not say whose key this is: try again in a moment.');
  const permissions = config.perm.split(/[\s,]+/).filter((word) => word !== '');
  if (permissions.some((word) => word !== 'read_only'))
    throw new LiqPassError(
      'KEY_NOT_READ_ONLY',
      'This key may do more than read. Make one at the exchange with the Read permission alone.',
      {
        params: { perm: permissions.join(',') },
      },
    );
  return {
    uid: config.uid,
    mainUid: config.mainUid,
    perm: permissions.join(','),
    ip: config.ip,
    label: config.label === '' ? null : config.label,
    region,
    keyId: sealedTo(sealed) ?? '',
  };
}
