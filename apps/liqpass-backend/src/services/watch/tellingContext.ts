import type { ChannelFailure, ChannelKind, TellingLocale } from '@liqpass/kernel/vocabulary';

export type OperatorChannel = {
  /** Made of its kind and address, and tells neither. */
  readonly name: string;
  readonly kind: ChannelKind;
  readonly address: string;
  readonly secret: string | null;
  readonly locale: TellingLocale;
};

/** A pair of keys on P-256, raw, base64url; and who a push service may ask about us: mailto: or https:. */
export type VapidKeys = { readonly publicKey: string; readonly privateKey: string; readonly subject: string };

export type TellingSettings = {
  /** Where people open LiqPass: "https://liqpass.example". */
  readonly site: string;
  readonly telegram: { readonly apiRoot: string; readonly token: string } | null;
  readonly smtpUrl: string | null;
  /** Who the mail is from. */
  readonly mailFrom: string;
  /** Signs what is pushed to browsers (VAPID, RFC 8292); null: nothing is. */
  readonly push: VapidKeys | null;
  readonly operators: readonly OperatorChannel[];
  /** "host:port" of webhooks that may be of a private address, and need no TLS: a robot of one's own network. */
  readonly privateHosts: readonly string[];
};

/** Where a message goes. */
export type Target = { readonly address: string; readonly secret: string | null };

/** What sending came to. `final`: trying again will not help; ENDED: nor will anything else that is sent there. */
export type Sending =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: ChannelFailure; readonly final: boolean; readonly retryAfterMs?: number };

export const SENT: Sending = { ok: true };
export const failed = (error: ChannelFailure, final = false, retryAfterMs?: number): Sending => ({
  ok: false,
  error,
  final,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
