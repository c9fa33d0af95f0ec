import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { ChannelFailure } from '@liqpass/kernel/vocabulary';
import { isPublicAddress, NOT_PUBLIC, publicLookup } from './publicAddress.ts';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

export type Posted =
  | { readonly failure: ChannelFailure }
  | { readonly failure: null; readonly status: number; readonly json: unknown; readonly retryAfterMs: number | null };

/**
 * Posts once, JSON unless the headers say otherwise, on a connection of its own. Redirects are not followed. Unless `mayBePrivate`, it connects to public addresses alone.
 * Never throws, and says of a failure no more than a word: addresses and answers may hold secrets.
 */
export function post(
  address: string,
  body: string | Buffer,
  {
    headers = {},
    mayBePrivate = false,
    mostBytes = MOST_BYTES,
  }: { headers?: Readonly<Record<string, string>>; mayBePrivate?: boolean; mostBytes?: number } = {},
): Promise<Posted> {
  return new Promise((resolve) => {
    let ended = false;
    const end = (posted: Posted): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      resolve(posted);
      sent?.destroy();
    };
    const timer = setTimeout(() => end({ failure: 'TIMEOUT' }), TIMEOUT_MS);
    let sent: ReturnType<typeof requestHttp> | null = null;
    try {
      const url = new URL(address);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // An address that is written out is not looked up.
      if (!mayBePrivate && isIP(host) !== 0 && !isPublicAddress(host)) return end({ failure: 'ADDRESS_NOT_ALLOWED' });
      sent = (url.protocol === 'https:' ? requestHttps : requestHttp)({
        hostname: host,
        port: url.port,
        path: url.pathname + url.search,
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
        ...(mayBePrivate ? {} : { lookup: publicLookup }),
      });
      sent.on('error', (error: NodeJS.ErrnoException) =>
        end({ failure: error.code === NOT_PUBLIC ? 'ADDRESS_NOT_ALLOWED' : 'UNREACHABLE' }),
      );
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void => {
          const after = Number(response.headers['retry-after']);
          end({
            failure: null,
            status: response.statusCode ?? 0,
            json: parsed(Buffer.concat(chunks).toString('utf8')),
            retryAfterMs: Number.isFinite(after) && after > 0 ? after * 1_000 : null,
          });
        };
        response.on('data', (chunk: Buffer) => {
          size += chunk.byteLength;
          // It answered; the rest is of no interest.
          if (size > mostBytes) done();
          else chunks.push(chunk);
        });
        response.on('end', done);
        response.on('error', () => end({ failure: 'UNREACHABLE' }));
        response.on('close', () => end({ failure: 'UNREACHABLE' }));
      });
      sent.end(body);
    } catch {
      end({ failure: 'UNREACHABLE' });
    }
  });
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null; // No JSON: nothing is known but the status.
  }
}
