import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

// A browser and its push service, by the specifications and without the library that the backend uses: RFC 8030, 8188, 8291, 8292.

export type Pushed = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
export type PushService = {
  readonly url: string;
  readonly host: string;
  readonly got: Pushed[];
  answer(status: number, headers?: Record<string, string>): void;
};

export async function pushService(t: { after(end: () => unknown): void }): Promise<PushService> {
  const got: Pushed[] = [];
  let next: { status: number; headers: Record<string, string> } = { status: 201, headers: {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(next.status, next.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const host = `127.0.0.1:${address.port}`;
  return { url: `http://${host}`, host, got, answer: (status, headers = {}) => void (next = { status, headers }) };
}

/** A pair of keys for VAPID (RFC 8292): the private one has its 32 bytes, where Node leaves out those in front that are zero. */
export function vapidKeys(): { publicKey: string; privateKey: string } {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys('base64url');
  const privateKey = Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url');
  return { publicKey, privateKey };
}

const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};
/** HKDF-Expand of one block (RFC 5869). */
const expand = (key: Buffer, info: (Buffer | string)[], bytes: number): Buffer =>
  hmac(key, ...info, Buffer.of(1)).subarray(0, bytes);

/** What a browser makes when it subscribes, and what it does with a body that comes. */
export function subscription() {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') },
    decrypt(body: Buffer): Record<string, unknown> {
      // RFC 8188, 2.1: salt (16), record size (4), length of the key id (1), key id: the sender's public key.
      const [salt, recordSize, idLength] = [body.subarray(0, 16), body.readUInt32BE(16), body.readUInt8(20)];
      const senderKey = body.subarray(21, 21 + idLength);
      const record = body.subarray(21 + idLength);
      assert.equal(idLength, 65);
      assert.ok(record.length <= recordSize, 'one record');
      // RFC 8291, 3.4.
      const secret = hmac(auth, pair.computeSecret(senderKey));
      const info = [Buffer.from('WebPush: info\0'), pair.getPublicKey(), senderKey];
      const prk = hmac(salt, expand(secret, info, 32));
      const key = expand(prk, ['Content-Encoding: aes128gcm\0'], 16);
      const nonce = expand(prk, ['Content-Encoding: nonce\0'], 12);
      const open = createDecipheriv('aes-128-gcm', key, nonce);
      open.setAuthTag(record.subarray(-16));
      const padded = Buffer.concat([open.update(record.subarray(0, -16)), open.final()]);
      const end = padded.lastIndexOf(2);
      assert.ok(end >= 0 && padded.subarray(end + 1).every((byte) => byte === 0), 'the last record ends with 2');
      const said: unknown = JSON.parse(padded.subarray(0, end).toString('utf8'));
      assert.ok(typeof said === 'object' && said !== null);
      return { ...said };
    },
  };
}

/** The claims of a VAPID header, once its signature is good under the key that it names (RFC 8292). */
export function vapidClaims(authorization: string | undefined): { key: string; claims: Record<string, unknown> } {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? [];
  const [header = '', claims = '', signature = ''] = token.split('.');
  const raw = Buffer.from(key, 'base64url');
  const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map((part) => part.toString('base64url'));
  assert.ok(x !== undefined && y !== undefined && raw.length === 65);
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  const isGood = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  assert.ok(isGood, 'signed by the key that it names');
  const read = (text: string): Record<string, unknown> => ({
    ...JSON.parse(Buffer.from(text, 'base64url').toString()),
  });
  assert.equal(read(header)['alg'], 'ES256');
  return { key, claims: read(claims) };
}
