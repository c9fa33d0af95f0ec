import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FastifyError, FastifyInstance } from 'fastify';
import { z, ZodError } from 'zod';
import { plain } from '../domain/figures.ts';
import { positionRows } from '../domain/reading.ts';
import { Refusal, REFUSALS } from '../domain/refusal.ts';
import { indexAt, markAt } from '../market/market.ts';
import type { Trial } from '../play/playRoutes.ts';
import type { Simulator } from '../simulator.ts';
import type { CommandName } from './commands.ts';
import { accountView, DEFAULT_UID } from './execute.ts';
import { faultBody } from './faults.ts';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
/** How this machine's own browser calls it; a page elsewhere whose name was pointed here calls it otherwise. */
const OWN_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d{1,5})?$/;
const MAX_RECORDING_FILES = 50;

const replayBody = z.looseObject({ directory: z.string().max(1_000).optional() });
const jsonObject = z.record(z.string(), z.unknown());

/** The control API: whoever drives the toy exchange. Only from this machine, whatever address the server listens on. */
export function controlRoutes(simulator: Simulator, trial: Trial) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (request, reply) => {
      if (LOOPBACK.test(request.ip) && OWN_HOST.test(request.host)) return;
      await reply
        .code(403)
        .send({ error: 'FORBIDDEN', message: 'Control is only for this machine.', requestId: request.id });
    });
    app.setErrorHandler((error: FastifyError | Refusal | ZodError, request, reply) => {
      const said = describe(error);
      if (said.status >= 500) request.log.error({ err: error }, 'control failed');
      return reply.code(said.status).send({ error: said.code, message: said.message, requestId: request.id });
    });

    const post = (path: string, name: CommandName, prepare?: (body: unknown) => unknown): void => {
      app.post(path, async (request) => simulator.run(name, prepare ? prepare(request.body) : request.body));
    };
    post('/orders', 'orders');
    post('/orders/cancel', 'cancel');
    post('/marks', 'marks');
    post('/margin', 'margin');
    post('/leverage', 'leverage');
    post('/funding', 'funding');
    post('/liquidate', 'liquidate');
    post('/adl', 'adl');
    post('/close', 'close');
    post('/market', 'market');
    post('/accounts', 'accounts', withKeys);
    app.get('/accounts', async () => ({ accounts: [...simulator.exchange.accounts.values()].map(accountView) }));
    app.patch('/accounts/:uid', async (request) => {
      const { uid } = z.object({ uid: z.string() }).parse(request.params);
      return simulator.run('changeAccount', { ...jsonObject.parse(request.body), uid });
    });
    // The key is deleted, and another made in its place: what had the old one sees nothing any more.
    app.post('/accounts/:uid/key', async (request) => {
      const { uid } = z.object({ uid: z.string() }).parse(request.params);
      const key = newKey();
      return { ...simulator.run('changeAccount', { uid, ...key }), ...key };
    });
    app.post('/replay', async (request) => {
      const { directory, ...rest } = replayBody.parse(request.body);
      return simulator.run(
        'replay',
        directory === undefined ? rest : { ...rest, rows: await readDirectory(directory) },
      );
    });

    app.get('/trial', async () => trial);
    app.get('/faults', async () => ({ faults: simulator.faults.list(simulator.clock.now()) }));
    app.post('/faults', async (request) => simulator.faults.add(faultBody.parse(request.body), simulator.clock.now()));
    app.delete('/faults', async () => {
      simulator.faults.clear();
      return { faults: [] };
    });
    app.delete('/faults/:id', async (request) => {
      const { id } = z.object({ id: z.coerce.number().int() }).parse(request.params);
      if (!simulator.faults.remove(id)) throw new Refusal('FAULT_NOT_FOUND', `There is no fault ${id}`);
      return { faults: simulator.faults.list(simulator.clock.now()) };
    });

    app.get('/state', async () => {
      const nowMs = simulator.catchUp();
      const { exchange } = simulator;
      return {
        nowMs,
        seed: exchange.seed,
        defaultUid: DEFAULT_UID,
        markets: [...exchange.markets.values()].map((market) => ({
          instId: market.instrument.instId,
          markPx: plain(markAt(market, nowMs)),
          indexPx: plain(indexAt(market, nowMs)),
          movement: market.segments.findLast((segment) => segment.fromMs <= nowMs)?.kind,
        })),
        accounts: [...exchange.accounts.values()].map((account) => ({
          ...accountView(account),
          positions: positionRows(exchange, account, nowMs),
          restingOrders: [...account.resting.keys()],
          rows: {
            orders: account.orders.size,
            fills: account.fills.size,
            bills: account.bills.size,
            history: account.history.size,
          },
        })),
        faults: simulator.faults.list(nowMs),
      };
    });
  };
}

/** Keys that are not given are made here, before the command is journaled: played again, it must make the same account. */
const withKeys = (body: unknown): unknown => ({ ...newKey(), ...jsonObject.parse(body) });

function newKey(): { apiKey: string; secretKey: string; passphrase: string } {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
  return { apiKey: random(16), secretKey: random(24), passphrase: random(12) };
}

/** The JSON files of a recording's directory; what they hold is told apart later. */
async function readDirectory(directory: string): Promise<unknown[]> {
  const path = resolve(directory);
  let names: string[];
  try {
    names = (await readdir(path)).filter((name) => name.endsWith('.json')).toSorted();
  } catch (error) {
    throw new Refusal('RECORDING_NOT_FOUND', `No directory of recordings can be read at ${directory}`, {
      cause: error,
    });
  }
  if (names.length === 0 || names.length > MAX_RECORDING_FILES)
    throw new Refusal(
      'RECORDING_NOT_FOUND',
      `A recording has 1 to ${MAX_RECORDING_FILES} JSON files; there are ${names.length}`,
    );
  try {
    return await Promise.all(
      names.map(async (name): Promise<unknown> => JSON.parse(await readFile(join(path, name), 'utf8'))),
    );
  } catch (error) {
    throw new Refusal('RECORDING_NOT_READABLE', 'One of the files is not JSON', { cause: error });
  }
}

function describe(error: FastifyError | Refusal | ZodError): { status: number; code: string; message: string } {
  if (error instanceof Refusal) return { status: REFUSALS[error.code], code: error.code, message: `${error.message}.` };
  if (error instanceof ZodError) {
    const said = error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    return { status: 400, code: 'VALIDATION_FAILED', message: `${said.join('; ')}.` };
  }
  const status = error.statusCode ?? 500;
  return status < 500
    ? {
        status,
        code:
          error.code === 'FST_ERR_CTP_INVALID_JSON_BODY'
            ? 'INVALID_JSON'
            : status === 413
              ? 'BODY_TOO_LARGE'
              : 'BAD_REQUEST',
        message: error.message,
      }
    : { status: 500, code: 'INTERNAL_ERROR', message: 'The simulator failed; its log says how.' };
}
