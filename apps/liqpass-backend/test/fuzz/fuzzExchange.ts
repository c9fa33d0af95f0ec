import type { PositionSnapshot } from '@liqpass/api/verify';
import { HOUR_MS, type Clock } from '@liqpass/kernel/time';
import { createHash } from 'node:crypto';
import { scriptedMarket } from '../scriptedMarket.ts';
import {
  EVIDENCE_ROOT,
  liquidated,
  scriptedVerifier,
  verdict,
  type Scripted,
  type ScriptedVerifier,
} from '../scriptedVerifier.ts';

/** The same text gives the same answer, whatever was asked before: 0 to `choices` - 1. */
const chosen = (text: string, choices: number): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) % choices;

const evidence = { root: EVIDENCE_ROOT, leaves: [], bundle: {} };
const refusal = (error: string, params?: Record<string, string>): Scripted => ({
  status: 422,
  body: { error, message: 'The exchange refuses the key.', requestId: 'x', ...(params ? { params } : {}) },
});

/** What happened to a position: mostly a liquidation just now; each other outcome for some order numbers. */
function verdictOn(ordId: string, nowMs: number): Scripted {
  const outcome = chosen(ordId, 40);
  if (outcome < 24) return liquidated(nowMs - 1);
  if (outcome < 30) return liquidated(nowMs - 1, '7.52686752', { flags: ['MARGIN_REDUCED_AFTER_BIND'] });
  if (outcome < 32) return liquidated(nowMs - 1, '0');
  if (outcome < 35) return verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY');
  if (outcome < 36) return verdict('INELIGIBLE', 'CROSS_MARGIN');
  if (outcome < 39) return verdict('STILL_OPEN', 'STILL_OPEN');
  return { raw: '<html>Bad gateway</html>' };
}

function snapshotOf(instId: string, ordId: string, mark: number, owner: string, nowMs: number): PositionSnapshot {
  const uid = String(44_705_892_343_610_000n + BigInt(chosen(owner, 9_000)));
  return {
    uid,
    mainUid: uid,
    instId,
    ordId,
    posId: `17528${chosen(ordId, 1_000_000_000)}`,
    cTime: String(nowMs - HOUR_MS),
    uTime: null,
    mgnMode: 'isolated',
    posSide: 'long',
    side: 'long',
    pos: '1',
    insuredPos: '1',
    avgPx: String(mark),
    lever: '5',
    margin: '2000',
    ccy: chosen(ordId, 20) === 0 ? 'BTC' : 'USDT',
    liqPx: (mark * (0.78 + chosen(ordId, 8) / 100)).toFixed(1),
    markPx: null,
    notional: null,
    coins: null,
    tier: '1',
    mmr: '0.004',
    takenAtMs: nowMs,
  };
}

type Keyed = { readonly sealed?: string; readonly credential?: string; readonly owner: string };

/** jp-verify and its exchange as a fuzzer needs them: every route answers at once, and in every way it may. */
export async function fuzzExchange(clock: Clock): Promise<ScriptedVerifier> {
  const verifier = await scriptedVerifier();
  const market = scriptedMarket(verifier, clock);
  verifier.script(({ ordId }) => verdictOn(ordId, clock.now()));
  verifier.route('GET /sealing-key', () => ({
    body: { keyId: 'fuzz-key-1', publicKey: 'A'.repeat(43), suite: 'X25519-HKDF-SHA256-AES-256-GCM' },
  }));
  verifier.route('POST /credential-check', (body) => {
    const { sealed = '', owner } = body as Keyed;
    const uid = String(44_705_892_343_610_000n + BigInt(chosen(owner, 9_000)));
    switch (chosen(sealed, 10)) {
      case 0:
        return refusal('KEY_NOT_READ_ONLY', { perm: 'trade' });
      case 1:
        return refusal('KEY_IP_NOT_ALLOWED', { ip: '192.0.2.1' });
      case 2:
        return refusal('SEALED_KEY_UNREADABLE');
      default:
        return {
          body: { uid, mainUid: uid, perm: 'read_only', ip: '', label: null, region: 'global', keyId: 'fuzz-key-1' },
        };
    }
  });
  verifier.route('POST /positions', (body) => {
    const { credential = '' } = body as Keyed;
    if (chosen(credential, 8) === 0) return refusal('KEY_EXPIRED_OR_BLOCKED');
    const mark = String(market.marks.get('BTC-USDT-SWAP')?.mark ?? 1);
    const position = {
      instId: 'BTC-USDT-SWAP',
      posId: '1752810569801498626',
      cTime: String(clock.now() - HOUR_MS),
      mgnMode: chosen(credential, 3) === 0 ? 'cross' : 'isolated',
      posSide: 'long',
      side: 'long',
      pos: '1',
      avgPx: mark,
      lever: '5',
      margin: '200',
      liqPx: null,
      markPx: mark,
      upl: null,
      orders: [{ ordId: '290000000012345678', filledSz: '1', avgPx: null, timeMs: clock.now() - HOUR_MS }],
    };
    return { body: { positions: [position] } };
  });
  verifier.route('POST /snapshot', (body) => {
    const { instId, ordId, owner } = body as Keyed & { instId: string; ordId: string };
    if (chosen(ordId, 10) === 1)
      return { body: { insurable: false, reason: 'CROSS_MARGIN', snapshot: null, checks: [], evidence } };
    const mark = market.marks.get(instId)?.mark ?? 100;
    const snapshot = snapshotOf(instId, ordId, mark, owner, clock.now());
    return { body: { insurable: true, reason: null, snapshot, checks: [], evidence } };
  });
  return verifier;
}
