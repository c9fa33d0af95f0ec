import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { exchangePath } from '@liqpass/evidence/bundle';
import { formatIso } from '@liqpass/kernel/time';
import { proveSnapshot, type SnapshotClaim, type SnapshotResult } from '@liqpass/proof/snapshotProof';
import { proveClaim, type Proof, type VerdictAnswer, type VerifyClaim } from '@liqpass/proof/verdict';
import { buildLogger } from '@liqpass/service/logger';
import { buildSimulator, type SimulatorContext } from '../src/app.ts';
import { DEFAULT_UID } from '../src/control/execute.ts';
import { signatureOf } from '../src/okx/authenticate.ts';

export const KEY = { apiKey: 'test-key-0001', secretKey: 'test-secret-0001', passphrase: 'test-passphrase' };
/** 2026-03-04T12:00:00Z: some afternoon. */
export const NOON = 1_772_625_600_000;
export const BTC = 'BTC-USDT-SWAP';

export type Key = { apiKey: string; secretKey: string; passphrase: string };
export type Json = Record<string, unknown>;
export type OkxReply = { status: number; body: { code: string; msg: string; data: Json[] } };

const silent = buildLogger('okx-simulator', 'silent');

/** A simulator in memory with a clock that only a test moves. */
export async function openExchange(options: Partial<SimulatorContext> & { nowMs?: number } = {}) {
  let nowMs = options.nowMs ?? NOON;
  const clock = { now: () => nowMs };
  const { app, simulator } = await buildSimulator({
    logger: silent,
    defaultKey: KEY,
    clock,
    seed: 'test',
    limitsRates: false,
    ...options,
  });
  const headersOf = (target: string, key: Key): Record<string, string> => {
    const timestamp = formatIso(nowMs);
    return {
      'ok-access-key': key.apiKey,
      'ok-access-sign': signatureOf(key.secretKey, timestamp, 'GET', target, ''),
      'ok-access-timestamp': timestamp,
      'ok-access-passphrase': key.passphrase,
    };
  };
  const get = async (target: string, key: Key = KEY, headers: Record<string, string> = {}): Promise<OkxReply> => {
    const answer = await app.inject({ url: target, headers: { ...headersOf(target, key), ...headers } });
    return { status: answer.statusCode, body: answer.json() };
  };
  return {
    app,
    simulator,
    now: () => nowMs,
    advance: (ms: number) => (nowMs += ms),
    headersOf,
    /** A signed GET. */
    get,
    /** The rows of a signed GET that must succeed. */
    rows: async (target: string, key: Key = KEY): Promise<Json[]> => {
      const { status, body } = await get(target, key);
      if (status !== 200 || body.code !== '0') throw new Error(`${target}: ${status} ${JSON.stringify(body)}`);
      return body.data;
    },
    /** A POST to control that must succeed. */
    control: async (path: string, body: Json = {}): Promise<Json> => {
      const answer = await app.inject({ method: 'POST', url: `/control${path}`, payload: body });
      if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`);
      return answer.json();
    },
    /** A POST to control, whatever comes of it. */
    tell: async (path: string, body: Json = {}) => {
      const answer = await app.inject({ method: 'POST', url: `/control${path}`, payload: body });
      return { status: answer.statusCode, body: answer.json<Json>() };
    },
    verify: (claim: VerifyClaim, key: Key = KEY) => readUntilProven((read) => proveClaim(claim, read, nowMs), key),
    snapshot: (claim: SnapshotClaim, key: Key = KEY) =>
      readUntilProven((read) => proveSnapshot(claim, read, nowMs), key),
    close: () => app.close(),
  };

  /** Reads what a proof needs from this exchange, until it needs nothing more. */
  async function readUntilProven<T extends VerdictAnswer | SnapshotResult>(
    prove: (exchanges: readonly RecordedExchange[]) => Proof<T>,
    key: Key,
  ): Promise<T> {
    const read: RecordedExchange[] = [];
    for (let wave = 0; wave < 200; wave += 1) {
      const proof = prove(read);
      if (proof.kind === 'proven') return proof.answer;
      for (const target of proof.needs) {
        const answer = await app.inject({ url: target, headers: headersOf(target, key) });
        read.push({
          path: exchangePath(read.length + 1, target),
          method: 'GET',
          host: 'http://exchange.test',
          target,
          sent_at_ms: nowMs,
          received_at_ms: nowMs,
          status: answer.statusCode,
          date: null,
          content_type: 'application/json',
          body: answer.body,
          body_encoding: 'utf8',
          failure: null,
        });
      }
    }
    throw new Error('the proof never ends');
  }
}
export type TestExchange = Awaited<ReturnType<typeof openExchange>>;

/** A position at a pinned mark, ready to be moved; returns the order's id. */
export async function openPosition(
  exchange: TestExchange,
  order: Json = {},
  px = '90000',
): Promise<{ ordId: string; liqPx: string; position: Json }> {
  await exchange.control('/marks', { instId: BTC, px });
  const isShort = order['posSide'] === 'short';
  const placed = await exchange.control('/orders', {
    instId: BTC,
    side: isShort ? 'sell' : 'buy',
    posSide: 'long',
    sz: '10',
    lever: '20',
    ...order,
  });
  const position = (placed['positions'] as Json[]).at(-1) ?? {};
  return { ordId: String(placed['ordId']), liqPx: String(position['liqPx']), position };
}

/** A claim on an order whose window is wide around now. */
export const claimOn = (exchange: TestExchange, ordId: string, more: Partial<VerifyClaim> = {}): VerifyClaim => ({
  instId: BTC,
  ordId,
  boundAt: formatIso(exchange.now()),
  coverageStartAt: formatIso(exchange.now()),
  coverageEndAt: formatIso(exchange.now() + 86_400_000),
  ...more,
});

const RECORDINGS = resolve(import.meta.dirname, '../../../../shared/okx/recordings');
export const LIQUIDATION = join(RECORDINGS, 'liquidation-2939942264028307457');
export const ROUND_TRIP = join(RECORDINGS, 'round-trip-2938801601245126656');

/** Why a test of the recordings is skipped; false where they are there, and where they must be (CI=true). */
export function recordingsMissing(): string | false {
  if (existsSync(RECORDINGS) || process.env['CI'] === 'true') return false;
  return 'THE RECORDINGS ARE NOT HERE: this test needs the folder ../shared/okx/recordings beside the checkout';
}

/** The rows of a recorded file. */
export function recorded(folder: string, file: string): Json[] {
  const read: unknown = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));
  return (Array.isArray(read) ? read : [read]) as Json[];
}
export const recordedFiles = (folder: string): unknown[] =>
  readdirSync(folder).map((name): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8')));
export const recordedInstrument = (): Json => recorded(RECORDINGS, 'instrument-BTC-USDT-SWAP')[0] ?? {};

/** What a value looks like: "number", "time", "id", "" or the word itself. Rows of one shape have the same patterns. */
export function patternOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(patternOf).join()}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}:${patternOf(inner)}`)
      .toSorted()
      .join()}}`;
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`;
  if (/^\d{13}$/.test(value)) return 'time';
  if (/^-\d{17,20}$/.test(value)) return 'negative id';
  if (/^\d{17,20}$/.test(value)) return 'id';
  if (/^\d{9,12}$/.test(value)) return 'count';
  if (value === '0') return 'zero';
  if (/^-?\d+\.\d{12}$/.test(value)) return `balance`;
  if (/^-\d+(\.\d+)?$/.test(value)) return 'negative number';
  if (/^\d+(\.\d+)?$/.test(value)) return 'number';
  return value;
}
export const shapeOf = (row: Json): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, patternOf(value)]),
  );

export { DEFAULT_UID };
