import type { AddChannelBody } from '@liqpass/api/channels';

/** Why this browser cannot be pushed to: its person said no, its push service does not answer, or it knows none. */
export class NoPush extends Error {
  readonly why: 'denied' | 'failed' | 'unknown';
  constructor(why: NoPush['why'], options?: ErrorOptions) {
    super(`no push messages: ${why}`, options);
    this.why = why;
  }
}

/** Subscribes this browser to what is pushed with the server's key (RFC 8292), and answers where that leads. Throws NoPush. */
export async function subscribe(serverKey: string): Promise<Pick<AddChannelBody, 'address' | 'keys'>> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) throw new NoPush('unknown');
  // Asked first: the press is what a browser asks for.
  if ((await Notification.requestPermission()) !== 'granted') throw new NoPush('denied');
  try {
    await navigator.serviceWorker.register('/push.js');
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: serverKey };
    // One that was made with another key is no use: the server's key has changed since.
    const made = await pushManager.subscribe(options).catch(async () => {
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(options);
    });
    const { endpoint, keys } = made.toJSON();
    const [p256dh, auth] = [keys?.['p256dh'], keys?.['auth']];
    if (endpoint === undefined || p256dh === undefined || auth === undefined) throw new NoPush('failed');
    return { address: endpoint, keys: { p256dh, auth } };
  } catch (error) {
    throw error instanceof NoPush ? error : new NoPush('failed', { cause: error });
  }
}
