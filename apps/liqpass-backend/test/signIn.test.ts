import type { AuthNonce, Me } from '@liqpass/api/auth';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { parseSignature, serializeCompactSignature, signatureToCompactSignature } from 'viem';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { APPLICATION, testBackend, type Reply, type TestBackend } from './harness.ts';
import { engine } from './testDatabase.ts';
import { cookieOf, newWallet, signInWith } from './wallet.ts';

type Page = { items: PurchaseOrderAnswer[] };

const ask = (backend: TestBackend, address: string, chainId = 8453) =>
  backend.call<AuthNonce & ErrorAnswer>('POST', '/api/auth/nonce', { body: { address, chainId } });
const verify = (backend: TestBackend, message: string, signature: string, headers: Record<string, string> = {}) =>
  backend.call<Me & ErrorAnswer>('POST', '/api/auth/verify', { body: { message, signature }, headers });
const withBackend =
  (work: (backend: TestBackend) => Promise<void>, settings: Parameters<typeof testBackend>[0] = {}) =>
  async () => {
    const backend = await testBackend(settings);
    try {
      await work(backend);
    } finally {
      await backend.close();
    }
  };

/** A request with a Host header of its own, which fetch does not allow. */
function withHost(backend: TestBackend, host: string, body: unknown): Promise<{ status: number; body: ErrorAnswer }> {
  const { hostname, port } = new URL(backend.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        method: 'POST',
        path: '/api/auth/nonce',
        headers: { host, 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as ErrorAnswer }));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

test(
  `a signature of 64 bytes is the same signature (${engine})`,
  withBackend(async (backend) => {
    const wallet = newWallet();
    // Both parities come up soon.
    for (let n = 0; n < 6; n += 1) {
      const { message } = (await ask(backend, wallet.address)).body;
      const signature = await wallet.signMessage({ message });
      const compact = serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)));
      assert.equal(compact.length, 130);
      assert.equal((await verify(backend, message, compact)).status, 200);
    }
  }),
);

test(
  `what a page asks for one wallet is not done for another who signed in meanwhile (${engine})`,
  withBackend(async (backend) => {
    const [first, second] = [await signInWith(backend), await signInWith(backend)];
    const mine = (cookie: string, whom: string) =>
      backend.call<ErrorAnswer>('GET', '/api/me/purchase-orders', { headers: { cookie, 'x-liqpass-wallet': whom } });
    assert.equal((await mine(first.cookie, first.wallet.address.toLowerCase())).status, 200);
    for (const whom of [first.wallet.address, 'none']) {
      const refused = await mine(second.cookie, whom);
      assert.deepEqual([refused.status, refused.body.error], [409, 'SESSION_CHANGED']);
    }
    const gone = await backend.call<ErrorAnswer>('POST', '/api/purchase-orders', {
      body: APPLICATION,
      headers: { 'x-liqpass-wallet': first.wallet.address },
    });
    assert.deepEqual([gone.status, gone.body.error], [409, 'SESSION_CHANGED'], 'signed out: not made for nobody');
  }),
);

test(
  `a wallet signs the server's whole message and is signed in, and out (${engine})`,
  withBackend(async (backend) => {
    const wallet = newWallet();
    const asked = await ask(backend, wallet.address.toLowerCase());
    assert.equal(asked.status, 200);
    assert.match(asked.body.message, new RegExp(`^127\\.0\\.0\\.1:\\d+ wants you to sign in .*\n${wallet.address}\n`));
    assert.match(asked.body.message, /Chain ID: 8453\nNonce: [0-9a-f]{32}\n/);
    const signature = await wallet.signMessage({ message: asked.body.message });
    const answer = await verify(backend, asked.body.message, signature);
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.body.address, answer.body.role], [wallet.address, null]);
    const set = answer.headers.getSetCookie().join();
    assert.match(set, /^liqpass=[\w-]{43};.*Path=\/;.*HttpOnly; SameSite=Lax$/);
    assert.doesNotMatch(set, /Domain|Secure/);

    const cookie = cookieOf(answer.headers) ?? '';
    const me = await backend.call<Me>('GET', '/api/me', { headers: { cookie } });
    assert.equal(me.body.address, wallet.address);
    const out = await backend.call('POST', '/api/auth/sign-out', { headers: { cookie } });
    assert.equal(out.status, 200);
    assert.equal(cookieOf(out.headers), '');
    // Revoked at the server: the cookie alone is worth nothing any more.
    const after = await backend.call<ErrorAnswer>('GET', '/api/me', { headers: { cookie } });
    assert.deepEqual([after.status, after.body.error], [401, 'SESSION_EXPIRED']);
    assert.equal((await backend.call<ErrorAnswer>('GET', '/api/me')).body.error, 'UNAUTHORIZED');
  }),
);

test(
  `a message is good once, whole, in time, for its own wallet (${engine})`,
  withBackend(async (backend) => {
    const wallet = newWallet();
    const sign = async () => {
      const { message } = (await ask(backend, wallet.address)).body;
      return { message, signature: await wallet.signMessage({ message }) };
    };
    const refused = (reply: Reply<ErrorAnswer>) => [reply.status, reply.body.error];

    const used = await sign();
    const both = await Promise.all([
      verify(backend, used.message, used.signature),
      verify(backend, used.message, used.signature),
    ]);
    assert.deepEqual(
      both.map((reply) => reply.status).toSorted((a, b) => a - b),
      [200, 401],
    );
    assert.deepEqual(refused(await verify(backend, used.message, used.signature)), [401, 'SIGN_IN_NONCE_USED']);

    const other = await sign();
    for (const changed of [
      other.message.replace(/^127\.0\.0\.1:\d+/, 'evil.example'),
      other.message.replace('Chain ID: 8453', 'Chain ID: 1'),
      other.message.replace(/Nonce: [0-9a-f]{32}/, `Nonce: ${'0'.repeat(32)}`),
      other.message.replace(/Expiration Time: 20/, 'Expiration Time: 30'),
      `${other.message}\n`,
      'hello',
    ])
      assert.deepEqual(refused(await verify(backend, changed, await wallet.signMessage({ message: changed }))), [
        401,
        'SIGN_IN_MESSAGE_MISMATCH',
      ]);
    const stranger = await newWallet().signMessage({ message: other.message });
    assert.deepEqual(refused(await verify(backend, other.message, stranger)), [401, 'SIGN_IN_SIGNATURE_WRONG']);
    assert.deepEqual(refused(await verify(backend, other.message, `0x${'00'.repeat(65)}`)), [
      401,
      'SIGN_IN_SIGNATURE_WRONG',
    ]);
    // A wrong signature spends nothing: the right one still signs in.
    assert.equal((await verify(backend, other.message, other.signature)).status, 200);

    const late = await sign();
    backend.clock.advance(10 * MINUTE_MS);
    assert.deepEqual(refused(await verify(backend, late.message, late.signature)), [401, 'SIGN_IN_EXPIRED']);

    assert.deepEqual(refused(await ask(backend, wallet.address, 1)), [422, 'CHAIN_NOT_SUPPORTED']);
    const miswritten = wallet.address.replace(/[a-f]/, (letter) => letter.toUpperCase());
    if (miswritten !== wallet.address)
      assert.deepEqual(refused(await ask(backend, miswritten)), [422, 'ADDRESS_CHECKSUM_WRONG']);
  }),
);

test(
  `nobody signs for a domain that is not ours, and no foreign page writes with a session (${engine})`,
  withBackend(
    async (backend) => {
      const { address } = newWallet();
      const body = { address, chainId: 8453 };
      assert.equal((await withHost(backend, 'evil.example', body)).body.error, 'ORIGIN_NOT_ALLOWED');
      assert.equal((await withHost(backend, 'liqpass.example', body)).status, 200);
      assert.equal(
        (
          await backend.call<ErrorAnswer>('POST', '/api/auth/nonce', {
            body,
            headers: { origin: 'https://evil.example' },
          })
        ).body.error,
        'ORIGIN_NOT_ALLOWED',
      );

      const person = await signInWith(backend);
      for (const [headers, status] of [
        [{}, 200],
        [{ origin: backend.url }, 200],
        [{ origin: 'https://app.liqpass.example' }, 200],
        [{ origin: 'https://evil.example' }, 403],
        [{ origin: 'null' }, 403],
        [{ 'sec-fetch-site': 'cross-site' }, 403],
        [{ 'sec-fetch-site': 'same-origin' }, 200],
      ] as const) {
        const id = await backend.order();
        const reply = await person.call<ErrorAnswer>('POST', `/api/purchase-orders/${id}/report-payment`, {}, headers);
        assert.equal(reply.status, status, JSON.stringify(headers));
        if (status === 403) assert.equal(reply.body.error, 'ORIGIN_NOT_ALLOWED');
      }
    },
    {
      people: readPeopleSettings(
        { PUBLIC_ORIGINS: 'https://liqpass.example', CORS_ORIGINS: 'https://app.liqpass.example' },
        true,
      ),
    },
  ),
);

test(
  `a session is rotated once a day; a token used after it was replaced ends the session (${engine})`,
  withBackend(async (backend) => {
    const person = await signInWith(backend);
    const me = (cookie: string) => backend.call<Me & ErrorAnswer>('GET', '/api/me', { headers: { cookie } });
    assert.equal(cookieOf((await me(person.cookie)).headers), null);
    backend.clock.advance(DAY_MS);
    const rotated = await Promise.all([me(person.cookie), me(person.cookie), me(person.cookie)]);
    assert.deepEqual(
      rotated.map((reply) => reply.status),
      [200, 200, 200],
    );
    const next = rotated.map((reply) => cookieOf(reply.headers)).filter((cookie) => cookie !== null);
    assert.equal(next.length, 1, 'one of three at once rotates');
    const [fresh = ''] = next;
    assert.notEqual(fresh, person.cookie);
    assert.equal((await me(person.cookie)).status, 200, 'requests that were under way still pass');
    backend.clock.advance(MINUTE_MS + SECOND_MS);
    assert.equal((await me(fresh)).status, 200);
    assert.equal((await me(person.cookie)).body.error, 'SESSION_EXPIRED', 'a stolen copy is worth nothing');
    assert.equal((await me(fresh)).body.error, 'SESSION_EXPIRED', 'and its use ends the session for everybody');

    const again = await signInWith(backend, person.wallet);
    backend.clock.advance(7 * DAY_MS);
    assert.equal((await me(again.cookie)).body.error, 'SESSION_EXPIRED');
    for (const forged of ['liqpass=', `liqpass=${'A'.repeat(43)}`, "liqpass=' or true --"])
      assert.equal((await me(forged)).status, 401);
  }),
);

test(
  `signing in again ends the session that was there (${engine})`,
  withBackend(async (backend) => {
    const first = await signInWith(backend);
    const { message } = (await ask(backend, first.wallet.address)).body;
    const signature = await first.wallet.signMessage({ message });
    const second = await verify(backend, message, signature, { cookie: first.cookie });
    assert.equal(second.status, 200);
    assert.equal((await first.call<ErrorAnswer>('GET', '/api/me')).body.error, 'SESSION_EXPIRED');
  }),
);

test(
  `an order made while signed in is that wallet's alone (${engine})`,
  withBackend(async (backend) => {
    const owner = await signInWith(backend);
    const stranger = await signInWith(backend);
    const made = await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      policyType: 'OKX_24H',
      chainId: 8453,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    });
    assert.equal(made.status, 201);
    const path = `/api/purchase-orders/${made.body.purchaseOrderId}`;
    const steps = [
      ['GET', path, undefined],
      ['POST', `${path}/bind-okx`, { ordId: '2939942264028307457', instId: 'BTC-USDT-SWAP' }],
      ['POST', `${path}/report-payment`, {}],
      ['POST', `${path}/claims`, { claimant: owner.wallet.address }],
    ] as const;
    for (const [method, at, body] of steps) {
      for (const headers of [{}, { cookie: stranger.cookie }]) {
        const reply = await backend.call<ErrorAnswer>(method, at, { headers, ...(body ? { body } : {}) });
        assert.deepEqual([reply.status, reply.body.error], [403, 'NOT_THE_OWNER'], `${method} ${at}`);
      }
    }
    assert.equal((await owner.call<PurchaseOrderAnswer>('GET', path)).body.owner, owner.wallet.address);
    assert.equal((await owner.call('POST', `${path}/bind-okx`, steps[1][2])).status, 200);
    assert.equal((await owner.call('POST', `${path}/report-payment`)).status, 200);
    assert.deepEqual(
      (await owner.call<Page>('GET', '/api/me/purchase-orders')).body.items.map((order) => order.id),
      [made.body.purchaseOrderId],
    );
    assert.deepEqual((await stranger.call<Page>('GET', '/api/me/purchase-orders')).body.items, []);
    // Machines with keys see to every order.
    assert.equal((await backend.markPaid(made.body.purchaseOrderId)).status, 200);
    // The payout goes to the wallet.
    const elsewhere = await owner.call<ErrorAnswer>('POST', `${path}/claims`, { claimant: stranger.wallet.address });
    assert.equal(elsewhere.body.error, 'CLAIMANT_MISMATCH');

    const expired = await signInWith(backend);
    backend.clock.advance(7 * DAY_MS);
    const refused = await expired.call<ErrorAnswer>('POST', '/api/purchase-orders', {
      policyType: 'OKX_24H',
      chainId: 8453,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    });
    assert.equal(
      refused.body.error,
      'SESSION_EXPIRED',
      'no order without an owner for somebody who thinks to be signed in',
    );
  }),
);

test(
  `the payout goes elsewhere only where the wallet signed for it, and only until the premium is paid (${engine})`,
  withBackend(async (backend) => {
    const owner = await signInWith(backend);
    const stranger = await signInWith(backend);
    const application = {
      policyType: 'OKX_24H',
      chainId: 8453,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    };
    const elsewhere = newWallet().address;
    const unsigned = await owner.call<ErrorAnswer>('POST', '/api/purchase-orders', {
      ...application,
      payoutAddress: elsewhere,
    });
    assert.deepEqual([unsigned.status, unsigned.body.error], [422, 'PAYOUT_ADDRESS_NOT_SIGNED']);
    const { purchaseOrderId: id } = (
      await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', application)
    ).body;
    const path = `/api/purchase-orders/${id}/payout-address`;
    const message = async () =>
      (await owner.call<AuthNonce>('POST', `${path}/message`, { payoutAddress: elsewhere })).body.message;
    assert.equal(
      (await stranger.call<ErrorAnswer>('POST', `${path}/message`, { payoutAddress: elsewhere })).body.error,
      'NOT_THE_OWNER',
    );
    const text = await message();
    assert.match(text, new RegExp(`Pay what purchase order ${id} is owed to ${elsewhere}\\.`));
    const signature = await owner.wallet.signMessage({ message: text });
    // Signed for an address, it signs nobody in; and the other way round.
    assert.equal((await verify(backend, text, signature)).body.error, 'SIGN_IN_MESSAGE_MISMATCH');
    const signInText = (await ask(backend, owner.wallet.address)).body.message;
    const signInSignature = await owner.wallet.signMessage({ message: signInText });
    assert.equal(
      (await owner.call<ErrorAnswer>('POST', path, { message: signInText, signature: signInSignature })).body.error,
      'SIGN_IN_MESSAGE_MISMATCH',
    );
    const set = await owner.call<PurchaseOrderAnswer>('POST', path, { message: text, signature });
    assert.equal(set.body.payout_address, elsewhere);
    assert.equal(
      (await owner.call<ErrorAnswer>('POST', path, { message: text, signature })).body.error,
      'SIGN_IN_NONCE_USED',
    );
    const late = await message();
    const lateSignature = await owner.wallet.signMessage({ message: late });
    await owner.call('POST', `/api/purchase-orders/${id}/bind-okx`, {
      ordId: '2939942264028307458',
      instId: 'BTC-USDT-SWAP',
    });
    await backend.markPaid(id);
    assert.equal(
      (await owner.call<ErrorAnswer>('POST', path, { message: late, signature: lateSignature })).body.error,
      'PAYOUT_ADDRESS_FROZEN',
    );
    assert.equal(
      (await owner.call<ErrorAnswer>('POST', `${path}/message`, { payoutAddress: elsewhere })).body.error,
      'PAYOUT_ADDRESS_FROZEN',
    );
    const anonymous = await backend.order();
    assert.equal(
      (
        await owner.call<ErrorAnswer>('POST', `/api/purchase-orders/${anonymous}/payout-address/message`, {
          payoutAddress: elsewhere,
        })
      ).body.error,
      'NOT_THE_OWNER',
    );
  }),
);

test(
  `an Idempotency-Key belongs to the wallet that sends it (${engine})`,
  withBackend(async (backend) => {
    const [one, two] = [await signInWith(backend), await signInWith(backend)];
    const buy = (person: typeof one) =>
      person.call<{ purchaseOrderId: string }>(
        'POST',
        '/api/purchase-orders',
        {
          policyType: 'OKX_24H',
          chainId: 8453,
          premiumAmountUsdc: '1.00',
          policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
        },
        { 'idempotency-key': 'the-same' },
      );
    const first = (await buy(one)).body.purchaseOrderId;
    assert.equal((await buy(one)).body.purchaseOrderId, first);
    assert.notEqual((await buy(two)).body.purchaseOrderId, first);
  }),
);
