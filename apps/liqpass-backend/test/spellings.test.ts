import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { BEHIND_A_DOOR } from '../src/routes/platform/matchedRoute.ts';
import { STRICT } from '../src/routes/platform/rateLimits.ts';
import { ADMIN_KEY, INTERNAL_KEY, testBackend, type TestBackend } from './harness.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';

type Answer = { readonly status: number; readonly error: string | null };
type Knock = { readonly method: string; readonly headers?: Record<string, string>; readonly body?: unknown };

/** Sends a request target as it stands: fetch would tidy it up. */
function knock(app: TestBackend, target: string, { method, headers = {}, body }: Knock): Promise<Answer> {
  const { hostname, port } = new URL(app.url);
  const text = method === 'GET' || method === 'HEAD' ? '' : JSON.stringify(body ?? {});
  const sized = text === '' ? {} : { 'content-type': 'application/json', 'content-length': String(text.length) };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { hostname, port, method, path: target, headers: { ...sized, ...headers } },
      (response) => {
        const status = response.statusCode ?? 0;
        // A live stream has no end: its status is all that is asked about.
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
          response.destroy();
          resolve({ status, error: null });
          return;
        }
        let said = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (said += chunk));
        response.on('end', () =>
          resolve({ status, error: said.startsWith('{"error"') ? (JSON.parse(said) as ErrorAnswer).error : null }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

const escaped = (text: string): string => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
/** Other ways to write a path, none of which is it. */
const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  'first letter encoded': (path) => `/${escaped(path.slice(1))}`,
  'first letter encoded, in capitals': (path) => `/${escaped(path.slice(1)).toUpperCase().slice(0, 3)}${path.slice(2)}`,
  'second part encoded': (path) =>
    path.replace(/^(\/\w+\/)(.+)$/, (_all, head: string, tail: string) => head + escaped(tail)),
  'slash encoded': (path) => path.replace(/^(\/\w+)\//, '$1%2f'),
  'doubled slash in front': (path) => `/${path}`,
  'doubled slash inside': (path) => path.replace(/^(\/\w+)\//, '$1//'),
  'dotted in front': (path) => `/.${path}`,
  'dotted inside': (path) => path.replace(/^(\/\w+)\//, '$1/./'),
  'up and down again': (path) => `/assets/..${path}`,
  'up and down again, encoded': (path) => `/assets/%2e%2e${path}`,
  'upper case': (path) => path.replace(/^\/\w+/, (first) => first.toUpperCase()),
  'upper case, encoded': (path) => `/${escaped(path.slice(1).toUpperCase())}`,
  'a backslash': (path) => path.replace(/^\//, '\\'),
};

async function routesOf(app: TestBackend): Promise<{ method: string; path: string }[]> {
  const { body } = await app.call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json');
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      path: path.replace(/\/$/, '').replace('{id}', randomUUID()).replace('{address}', newWallet().address),
    })),
  );
}

test(`a route behind a door opens by its own name alone, whatever key comes along (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const { cookie } = await signInWith(app);
  const keys = { cookie, 'x-admin-key': ADMIN_KEY, 'x-internal-key': INTERNAL_KEY };
  const doors = (await routesOf(app)).filter(({ path }) => BEHIND_A_DOOR.test(path));
  assert.ok(doors.length > 40);
  const opened: string[] = [];
  for (const { method, path } of doors)
    for (const [spelling, spell] of Object.entries(SPELLINGS)) {
      const target = spell(path);
      for (const accept of ['application/json', 'text/html']) {
        const { status } = await knock(app, target, { method, headers: { ...keys, accept } });
        // A browser gets the page of whatever it opens, which is told nothing.
        const page = accept === 'text/html' && method === 'GET' && (status === 200 || status === 503);
        if (status !== 404 && status !== 400 && !page) opened.push(`${method} ${target} (${spelling}): ${status}`);
      }
    }
  assert.deepEqual(opened, []);
});

test(`a page elsewhere writes by no spelling, and a whole address is the path in it (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const { cookie } = await signInWith(app);
  const headers = { cookie, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
  const wrong: string[] = [];
  for (const { method, path } of (await routesOf(app)).filter((each) => each.method !== 'GET')) {
    const plain = await knock(app, path, { method, headers });
    const whole = await knock(app, `${app.url}${path}`, { method, headers });
    const otherHost = await knock(app, `HTTP://elsewhere.example${path}`, { method, headers });
    for (const [form, answer] of Object.entries({ plain, whole, otherHost }))
      if (answer.status !== 403 || answer.error !== 'ORIGIN_NOT_ALLOWED')
        wrong.push(`${method} ${path}, ${form}: ${answer.status} ${answer.error ?? ''}`);
  }
  assert.deepEqual(wrong, []);
  // The same for reading: a whole address is behind the same door, and its session is asked.
  const me = await knock(app, `${app.url}/api/me`, { method: 'GET', headers: { cookie } });
  assert.equal(me.status, 200);
  assert.equal((await knock(app, `${app.url}/api/me`, { method: 'GET' })).status, 401);
});

test(`every spelling counts against the same limit, and HEAD as the GET that it is (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const most = STRICT['POST /api/auth/nonce'];
  const body = { address: newWallet().address, chainId: 8453 };
  const targets = ['/%61pi/auth/nonce', '/api/auth/%6eonce', `${app.url}/api/auth/nonce`, '/api/auth/nonce#x'];
  const answers = await Promise.all(
    Array.from({ length: most }, (_each, at) => knock(app, targets[at % 4] ?? '', { method: 'POST', body })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 404]));
  const refused = await knock(app, '/api/auth/nonce', { method: 'POST', body });
  assert.deepEqual(refused, { status: 429, error: 'TOO_MANY_REQUESTS' });

  app.clock.advance(60_000);
  const { cookie } = await signInWith(app);
  const path = `/api/okx-credentials/${randomUUID()}/positions`;
  const heads = STRICT['GET /api/okx-credentials/:id/positions'];
  await Promise.all(Array.from({ length: heads }, () => knock(app, path, { method: 'HEAD', headers: { cookie } })));
  assert.equal((await knock(app, path, { method: 'GET', headers: { cookie } })).status, 429);
});
