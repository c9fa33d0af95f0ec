import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../control/faults.ts';
import type { Account } from '../domain/exchange.ts';
import type { OkxRow } from '../domain/okxRow.ts';
import type { Simulator } from '../simulator.ts';
import { authenticate, type SignedRequest } from './authenticate.ts';
import { PRIVATE, PUBLIC } from './endpoints.ts';
import * as refuse from './okxError.ts';
import { OkxError, okxAnswer, okxRefusal } from './okxError.ts';
import type { Query } from './pages.ts';

export const OKX_PREFIX = '/api/v5';
const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';
const EMPTY_QUERY: Query = {};

/** The exchange's own API: GET only, its envelopes, its errors, and the faults that control asked for. */
export function okxRoutes(simulator: Simulator, limitsRates: boolean) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error, request, reply) => sendRefusal(reply, toOkxError(error, request)));
    app.setNotFoundHandler((request, reply) =>
      sendRefusal(reply, request.method === 'GET' ? refuse.notFound() : refuse.methodNotAllowed()),
    );
    for (const path of [...Object.keys(PRIVATE), ...Object.keys(PUBLIC)])
      app.get(path.slice(OKX_PREFIX.length), (request, reply) => answer(path, request, reply));
  };

  async function answer(path: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const signed = signedRequest(request);
    const nowMs = simulator.catchUp();
    const faults = simulator.faults.meet(path, signed.header('OK-ACCESS-KEY'), nowMs);
    const delayMs = sumOf(faults, (fault) => (fault.kind === 'slow' ? fault.delayMs : 0));
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    for (const fault of faults) {
      if (fault.kind === 'drop') {
        reply.hijack();
        request.raw.socket.destroy();
        return reply;
      }
      if (fault.kind === 'html') return reply.code(fault.status).type('text/html').send(HTML);
      if (fault.kind === 'unavailable') throw refuse.unavailable();
      if (fault.kind === 'rateLimit') throw refuse.rateLimited(fault.status);
      if (fault.kind === 'refusal') throw new OkxError(fault.code, fault.msg, fault.status, fault.status !== 401);
    }
    const ownMs = simulator.clock.now() + sumOf(faults, (fault) => (fault.kind === 'clockSkew' ? fault.skewMs : 0));
    const data = spoil(read(path, request, signed, ownMs, faults), faults, queryOf(request));
    return reply.type('application/json; charset=utf-8').send(okxAnswer(data));
  }

  /** `ownMs` is what the exchange takes for the time: its rows do not care, its clock and its timestamp check do. */
  function read(
    path: string,
    request: FastifyRequest,
    signed: SignedRequest,
    ownMs: number,
    faults: readonly Fault[],
  ): readonly unknown[] {
    const ofAccount = PRIVATE[path];
    const nowMs = path === '/api/v5/public/time' ? ownMs : simulator.catchUp();
    const reading = {
      exchange: simulator.exchange,
      query: queryOf(request),
      nowMs,
      lateMs: sumOf(faults, (fault) => (fault.kind === 'late' ? fault.delayMs : 0)),
      maintenance: maintenanceOf(faults, nowMs),
    };
    const limit = (caller: string): void => {
      if (limitsRates && !simulator.rates.take(path, caller, simulator.clock.now())) throw refuse.rateLimited();
    };
    if (ofAccount) {
      const account: Account = authenticate(simulator.exchange, signed, ownMs);
      limit(account.uid);
      return ofAccount(account, reading);
    }
    limit(signed.ip);
    return PUBLIC[path]?.(reading) ?? [];
  }
}

function signedRequest(request: FastifyRequest): SignedRequest {
  return {
    method: request.method,
    target: request.raw.url ?? '',
    body: '',
    ip: request.ip,
    host: request.headers.host ?? '',
    header(name) {
      const value = request.headers[name.toLowerCase()];
      return typeof value === 'string' ? value : '';
    },
  };
}

/** A query with one value a name; the last one where a name comes twice. */
function queryOf(request: FastifyRequest): Query {
  const { query } = request;
  if (typeof query !== 'object' || query === null) return EMPTY_QUERY;
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return typeof last === 'string' ? [[name, last]] : [];
    }),
  );
}

/** What faults do to the rows of an answer. */
function spoil(rows: readonly unknown[], faults: readonly Fault[], query: Query): readonly unknown[] {
  let spoilt = rows;
  for (const fault of faults) {
    if (fault.kind === 'missingPage' && (query['after'] ?? '') !== '') spoilt = [];
    if (fault.kind === 'missingRows') spoilt = spoilt.filter((row) => !fits(row, fault.where));
    if (fault.kind === 'contradiction')
      spoilt = spoilt.map((row) => (isRow(row) && fits(row, fault.where) ? { ...row, ...fault.set } : row));
  }
  return spoilt;
}

/** Rows of system/status, field by field as documented. */
const maintenanceOf = (faults: readonly Fault[], nowMs: number): Readonly<Record<string, string>>[] =>
  faults.flatMap((fault) =>
    fault.kind === 'maintenance'
      ? [
          {
            begin: String(nowMs),
            end: fault.untilMs === null ? '' : String(fault.untilMs),
            env: '1',
            href: '',
            maintType: '1',
            preOpenBegin: '',
            scheDesc: '',
            serviceType: fault.serviceType,
            state: fault.state,
            system: 'unified',
            title: fault.title,
          },
        ]
      : [],
  );

const isRow = (row: unknown): row is OkxRow => typeof row === 'object' && row !== null && !Array.isArray(row);
const fits = (row: unknown, where: Readonly<Record<string, string>>): boolean =>
  isRow(row) && Object.entries(where).every(([name, value]) => String(row[name]) === value);
const sumOf = (faults: readonly Fault[], amount: (fault: Fault) => number): number =>
  faults.reduce((total, fault) => total + amount(fault), 0);

function toOkxError(error: unknown, request: FastifyRequest): OkxError {
  if (error instanceof OkxError) return error;
  request.log.error({ err: error }, 'the exchange failed');
  return refuse.systemError();
}

const sendRefusal = (reply: FastifyReply, error: OkxError): FastifyReply =>
  reply.code(error.status).type('application/json; charset=utf-8').send(okxRefusal(error));
