import webPush from 'web-push';
import type { Message } from '../../domain/watch/message.ts';
import { post } from './postClient.ts';
import { failed, SENT, type Sending, type Target, type VapidKeys } from './tellingContext.ts';

/** A subscription's two keys as they are kept: one secret. */
export const pushSecret = ({ p256dh, auth }: { p256dh: string; auth: string }): string => `${p256dh}.${auth}`;

/**
 * Pushes a message to a browser: encrypted for it alone (RFC 8291, aes128gcm), signed with our key (RFC 8292). `id` is the same each time it
 * is tried, so that it is shown once; the push service keeps it for `ttlSeconds` while the browser is not there.
 */
export async function sendPush(
  vapid: VapidKeys,
  target: Target,
  message: Message,
  { id, ttlSeconds, mayBePrivate }: { id: string; ttlSeconds: number; mayBePrivate: boolean },
): Promise<Sending> {
  const [p256dh = '', auth = ''] = (target.secret ?? '').split('.');
  let request: webPush.RequestDetails;
  try {
    request = webPush.generateRequestDetails(
      { endpoint: target.address, keys: { p256dh, auth } },
      JSON.stringify({ ...message, id }),
      { TTL: ttlSeconds, urgency: 'high', contentEncoding: 'aes128gcm', vapidDetails: vapid },
    );
  } catch {
    return failed('ENDED', true); // Keys that nothing can be encrypted for.
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = String(value);
  const posted = await post(request.endpoint, request.body ?? '', { headers, mayBePrivate });
  if (posted.failure !== null) return failed(posted.failure, posted.failure === 'ADDRESS_NOT_ALLOWED');
  const { status, retryAfterMs } = posted;
  if (status >= 200 && status <= 299) return SENT;
  // RFC 8030, 7.3: the subscription is no more.
  if (status === 404 || status === 410) return failed('ENDED', true);
  if (status === 429) return failed('RATE_LIMITED', false, retryAfterMs ?? undefined);
  if (status >= 500 || status === 408) return failed('UNREACHABLE', false, retryAfterMs ?? undefined);
  return failed('REFUSED', status === 413);
}
