import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { ConfigError } from './environment.ts';
import { listen } from './listen.ts';

test('a port that is taken, and a host that is none, are named', async () => {
  const first = Fastify();
  const second = Fastify();
  const { port } = new URL(await listen(first, { host: '127.0.0.1', port: 0 }));
  const named = (name: RegExp) => (error: unknown) => error instanceof ConfigError && name.test(error.message);
  await assert.rejects(listen(second, { host: '127.0.0.1', port: Number(port) }), named(/^PORT \d+ is taken/));
  await assert.rejects(listen(Fastify(), { host: 'no host at all', port: 0 }), named(/^HOST is "no host at all"/));
  await first.close();
  await second.close();
});
