import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedSecrets, type EmbeddedSecrets } from '@liqpass/service/embeddedSecrets';
import pg from 'pg';
import { freePort } from '../scripts/freePort.ts';
import { startProduct, type Product } from '../scripts/product.ts';

export type Reply = { readonly status: number; readonly body: Record<string, unknown> };

export type RunningProduct = {
  readonly product: Product;
  readonly secrets: EmbeddedSecrets;
  readonly backend: string;
  readonly simulator: string;
  readonly jpVerify: string;
  readonly folder: string;
  /** Its database on the server that was given; null: the embedded one. */
  readonly databaseUrl: string | null;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  control(path: string, body: unknown): Promise<Record<string, unknown>>;
  /** kill -9 of one part; it is started again by itself. */
  killHard(part: string): void;
  until<T>(read: () => Promise<T>, condition: (value: T) => boolean, withinMs?: number): Promise<T>;
  logs(part: string): string;
  remove(): Promise<void>;
};

/** The whole product as processes of its own, in a folder of its own, on free ports; on PostgreSQL where an address is given. */
export async function productAsProcesses(
  options: { postgres?: string; env?: Record<string, string> } = {},
): Promise<RunningProduct> {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-e2e-'));
  const secrets = embeddedSecrets(join(folder, 'data'));
  let database: string | null = null;
  if (options.postgres !== undefined) {
    database = `liqpass_e2e_${Date.now()}_${Math.floor(performance.now() * 1000)}`;
    await onServer(options.postgres, `create database ${database}`);
  }
  const at = (name: string): string => Object.assign(new URL(options.postgres ?? ''), { pathname: `/${name}` }).href;
  const ports = { backend: await freePort(), jpVerify: await freePort(), simulator: await freePort() };
  const said: string[] = [];
  const product = await startProduct({
    cwd: folder,
    ports,
    say: (line) => said.push(line),
    env: {
      OKX_BASE_URL: undefined,
      JP_VERIFY_BASE_URL: undefined,
      DATABASE_URL: undefined,
      // On a server nothing is made up: the keys are given.
      ...(database === null
        ? {}
        : {
            DATABASE_URL: at(database),
            INTERNAL_API_KEY: secrets.internalApiKey,
            ADMIN_API_KEY: secrets.adminApiKey,
            JP_VERIFY_API_KEY: secrets.jpVerifyApiKey,
            ALLOW_UNATTESTED_BINDING: 'true',
          }),
      ...options.env,
    },
  });
  const request = async (
    url: string,
    method: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const simulator = `http://127.0.0.1:${ports.simulator}`;
  return {
    product,
    secrets,
    backend: product.url,
    simulator,
    jpVerify: `http://127.0.0.1:${ports.jpVerify}`,
    folder,
    databaseUrl: database === null ? null : at(database),
    call: (method, path, body, headers) => request(`${product.url}${path}`, method, body, headers),
    async control(path, body) {
      const { status, body: answer } = await request(`${simulator}/control${path}`, 'POST', body);
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
      return answer;
    },
    killHard(part) {
      const pid = product.pid(part);
      if (pid === undefined) throw new Error(`${part} does not run`);
      process.kill(pid, 'SIGKILL');
    },
    async until(read, condition, withinMs = 60_000) {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const value = await read().catch((error: unknown) => error);
        if (!(value instanceof Error) && condition(value as Awaited<ReturnType<typeof read>>))
          return value as Awaited<ReturnType<typeof read>>;
        if (Date.now() > deadline)
          throw new Error(
            `still not so after ${withinMs} ms: ${value instanceof Error ? value.message : JSON.stringify(value)}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    logs: (part) => readFileSync(join(folder, 'data/logs', `${part}.log`), 'utf8'),
    async remove() {
      await product.stop();
      if (options.postgres !== undefined && database !== null)
        await onServer(options.postgres, `drop database if exists ${database} with (force)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
