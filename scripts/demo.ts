// npm run demo: plays a cover from purchase to payout, one line a step, against the product that runs (BACKEND_BASE_URL,
// default http://localhost:3001), or else against one of its own in a folder of its own. With --recording <directory> the
// position is a recorded one, moved in time so that its liquidation happens a few seconds from now. With --chain the money is
// played too, on a chain of our own with the real contracts.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { recheckBundle } from '@liqpass/proof/recheck';
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import { DAY_MS, formatIso, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { openTreasury, playWithMoney } from './demoOnChain.ts';
import type { Position, Stage } from './demoStage.ts';
import { freePort } from './freePort.ts';
import { startProduct, type Product } from './product.ts';

const CLAIMANT = '0x000000000000000000000000000000000000cafe';
/** How far ahead a recorded liquidation is moved: time enough to buy, bind and pay before it. */
const AHEAD_MS = 8 * SECOND_MS;

const { values } = parseArgs({
  options: { recording: { type: 'string' }, chain: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) {
  console.log('usage: npm run demo [-- --recording <directory of a recording>] [-- --chain]');
  process.exit(0);
}

class DemoFailed extends Error {}
/** The account traded where the recording is to go: an account nobody has used is needed. */
class SlotInUse extends Error {}

let step = 0;
/** A value on one line, long ones cut. */
const brief = (value: unknown, most = 240): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most)} …` : text;
};

/** One line a step: who, what, then what was sent and what came back. */
function say(who: string, what: string, exchanged: string): void {
  step += 1;
  console.log(`${String(step).padStart(2)} ${who.padEnd(8)} ${what}: ${exchanged}`);
}

async function call(
  who: string,
  what: string,
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
  show: (answer: Record<string, unknown>) => unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = z.record(z.string(), z.unknown()).parse(await response.json());
  if (answer['error'] === 'SLOT_IN_USE') throw new SlotInUse();
  const sent = `${method} ${new URL(url).pathname}${body === undefined ? '' : ` ${brief(body)}`}`;
  say(who, what, `${sent} → ${response.status} ${brief(response.ok ? show(answer) : answer)}`);
  if (!response.ok) throw new DemoFailed(`${method} ${new URL(url).pathname} was refused.`);
  return answer;
}

const pick =
  (...names: string[]) =>
  (answer: Record<string, unknown>): unknown =>
    Object.fromEntries(names.map((name) => [name, answer[name]]));
const text = (value: unknown): string => z.string().parse(value);
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The rows of every file of a recording. */
function rowsOf(directory: string): unknown[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  if (files.length === 0)
    throw new DemoFailed(
      `${directory} holds no recording: a directory of JSON files with rows of the exchange is needed.`,
    );
  return files.flatMap((file): unknown[] => {
    const json: unknown = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    return Array.isArray(json) ? json : [json];
  });
}

/** What the evidence alone says, computed anew. */
function recheck(kept: unknown): string {
  const { evidence } = z.object({ evidence: z.object({ bundle: z.unknown() }) }).parse(kept);
  const checked = recheckBundle(evidence.bundle);
  if (checked.problems.length > 0) throw new DemoFailed(`The evidence does not hold: ${brief(checked.problems)}`);
  const { answer } = checked;
  return brief({ verdict: answer !== null && 'verdict' in answer ? answer.verdict : null, root: checked.root });
}

async function openPosition(stage: Stage): Promise<Position> {
  const slot = { instId: 'BTC-USDT-SWAP', posSide: 'long' };
  const opened = await call(
    'trader',
    'opens 1 contract BTC long at 20x on the exchange',
    `${stage.simulator}/control/orders`,
    'POST',
    { ...slot, side: 'buy', sz: '1', lever: '20' },
    {},
    pick('ordId'),
  );
  return {
    ordId: text(opened['ordId']),
    instId: slot.instId,
    openedAtMs: Date.now(),
    async liquidate() {
      await call(
        'market',
        'falls through the liquidation price',
        `${stage.simulator}/control/liquidate`,
        'POST',
        slot,
        {},
        pick('ordId', 'triggerPx'),
      );
    },
  };
}

async function replayPosition(stage: Stage, directory: string): Promise<Position> {
  const liquidatedAtMs = Date.now() + AHEAD_MS;
  const rows = rowsOf(directory);
  const response = await fetch(`${stage.simulator}/control/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows, movedTo: liquidatedAtMs }),
  });
  const answer = z.record(z.string(), z.unknown()).parse(await response.json());
  if (answer['error'] === 'SLOT_IN_USE') throw new SlotInUse();
  const sent = `POST /control/replay {"rows":[${rows.length} rows],"movedTo":"${formatIso(liquidatedAtMs)}"}`;
  say(
    'market',
    `replays ${directory}`,
    `${sent} → ${response.status} ${brief(response.ok ? pick('ordId', 'instId', 'openedAtMs', 'decidedAtMs')(answer) : answer)}`,
  );
  if (!response.ok) throw new DemoFailed('The recording could not be replayed.');
  return {
    ordId: text(answer['ordId']),
    instId: text(answer['instId']),
    openedAtMs: liquidatedAtMs - DAY_MS / 4,
    async liquidate() {
      const waitMs = Math.max(0, liquidatedAtMs - Date.now()) + 300;
      console.log(`   … the recorded liquidation happens in ${(waitMs / SECOND_MS).toFixed(1)} s`);
      await pause(waitMs);
    },
  };
}

/** The loop, from purchase to payout; the amount paid. */
async function play(stage: Stage, recording: string | undefined): Promise<string> {
  const position = recording === undefined ? await openPosition(stage) : await replayPosition(stage, recording);
  const orders = `${stage.backend}/api/purchase-orders`;
  const internal = { 'x-internal-key': stage.internalKey };
  const admin = { 'x-admin-key': stage.adminKey };

  const start = Date.now() - SECOND_MS;
  const { purchaseOrderId: id } = await call(
    'trader',
    'buys a pass for 24 hours',
    orders,
    'POST',
    {
      policyType: 'OKX_24H',
      chainId: 8453,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
      coverageStartAt: formatIso(start),
      coverageEndAt: formatIso(start + DAY_MS),
    },
    {},
    (answer) => answer,
  );
  await call(
    'trader',
    'binds the OKX order',
    `${orders}/${text(id)}/bind-okx`,
    'POST',
    { ordId: position.ordId, instId: position.instId },
    {},
    pick('status', 'okx_meta_json'),
  );
  await call(
    'trader',
    'pays, and says so',
    `${orders}/${text(id)}/report-payment`,
    'POST',
    {},
    {},
    pick('status', 'reported_at'),
  );
  await call(
    'operator',
    'sees the USDC and marks the order paid',
    `${stage.backend}/internal/purchase-orders/${text(id)}/mark-paid`,
    'POST',
    { premiumAmountUsdc: '1.00' },
    internal,
    pick('status', 'paid_at'),
  );
  await position.liquidate();

  let claim = await call(
    'trader',
    'claims; jp-verify proves it from what the exchange says',
    `${orders}/${text(id)}/claims`,
    'POST',
    { claimant: CLAIMANT },
    {},
    (answer) => answer,
  );
  const claimId = text(claim['claimId']);
  for (let tries = 0; claim['status'] === 'VERIFYING' && tries < 10; tries += 1) {
    await pause(SECOND_MS);
    claim = await call(
      'trader',
      'asks again',
      `${orders}/${text(id)}/claims`,
      'POST',
      { claimant: CLAIMANT },
      {},
      (answer) => answer,
    );
  }
  if (claim['status'] !== 'VERIFIED_PENDING_REVIEW')
    throw new DemoFailed(`The claim is ${text(claim['status'])}, not VERIFIED_PENDING_REVIEW.`);

  const review = await call(
    'operator',
    'looks at the claim and its evidence',
    `${stage.backend}/admin/claims/${claimId}`,
    'GET',
    undefined,
    admin,
    pick('verdict', 'payout_amount_usdc', 'liquidation_time_ms', 'evidence_root'),
  );
  say(
    'anyone',
    'checks the evidence again, offline',
    `npm run evidence -- check → ${recheck(review['evidence_json'])}`,
  );
  await call(
    'operator',
    'approves',
    `${stage.backend}/admin/claims/${claimId}/approve`,
    'POST',
    { approvedBy: 'demo' },
    admin,
    pick('status', 'approved_by'),
  );
  const hash = `0x${[...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const paid = await call(
    'operator',
    'pays from the Safe and records the transaction',
    `${stage.backend}/admin/claims/${claimId}/mark-paid`,
    'POST',
    { multisigTxHash: hash, paidAtSec: Math.floor(Date.now() / SECOND_MS) },
    admin,
    pick('status', 'payout_amount_usdc', 'multisig_tx_hash'),
  );
  // The crash has done its work: without it the market's history sells cover again.
  await call(
    'market',
    'calms down',
    `${stage.simulator}/control/market`,
    'POST',
    { volatility: 1, since: formatIso(start - DAY_MS / 24) },
    {},
    (answer) => answer,
  );
  if (paid['status'] !== 'PAID') throw new DemoFailed(`The claim is ${text(paid['status'])}, not PAID.`);
  return text(paid['payout_amount_usdc']);
}

async function running(): Promise<Stage | null> {
  const backend = (process.env['BACKEND_BASE_URL'] ?? 'http://localhost:3001').replace(/\/+$/, '');
  const simulator = (process.env['SIMULATOR_BASE_URL'] ?? 'http://localhost:8083').replace(/\/+$/, '');
  const answers = async (url: string): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(MINUTE_MS / 30) }).then(
      (response) => response.ok,
      () => false,
    );
  if (!(await answers(`${backend}/readyz`)) || !(await answers(`${simulator}/control/state`))) return null;
  const made = existsSync('data/secrets.json') ? embeddedSecrets(resolve('data')) : null;
  const first = (keys: string | undefined): string | undefined => keys?.split(',')[0]?.replace(/^[^:]*:/, '');
  const internalKey = first(process.env['INTERNAL_API_KEY']) ?? made?.internalApiKey;
  const adminKey = first(process.env['ADMIN_API_KEY']) ?? made?.adminApiKey;
  return internalKey === undefined || adminKey === undefined ? null : { backend, simulator, internalKey, adminKey };
}

/** A product of the demo's own, in a folder that goes with it. */
async function ownProduct(
  env: Readonly<Record<string, string>> = {},
): Promise<{ stage: Stage; product: Product; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-demo-'));
  const ports = { backend: await freePort(), jpVerify: await freePort(), simulator: await freePort() };
  const product = await startProduct({
    cwd: folder,
    ports,
    env: { DATABASE_URL: undefined, OKX_BASE_URL: undefined, JP_VERIFY_BASE_URL: undefined, ...env },
    say: (line) => console.log(line),
  });
  const made = embeddedSecrets(join(folder, 'data'));
  return {
    stage: {
      backend: product.url,
      simulator: `http://127.0.0.1:${ports.simulator}`,
      internalKey: made.internalApiKey,
      adminKey: made.adminApiKey,
    },
    product,
    folder,
  };
}

async function playOnOwn(recording: string | undefined): Promise<string> {
  const { stage, product, folder } = await ownProduct();
  try {
    return await play(stage, recording);
  } finally {
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The whole loop on a chain of our own, with the real contracts of USDC and Safe. */
async function playOnChain(): Promise<string> {
  const treasury = await openTreasury(say);
  try {
    const { stage, product, folder } = await ownProduct(treasury.env);
    try {
      return await playWithMoney({ stage, treasury, call, say, openPosition, recheck });
    } finally {
      await product.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    await treasury.chain.stop();
  }
}

try {
  const stage = values.chain === true ? null : await running();
  let payout: string;
  if (values.chain === true) {
    payout = await playOnChain();
  } else if (stage) {
    console.log(`Playing on the product that runs at ${stage.backend}.\n`);
    try {
      payout = await play(stage, values.recording);
    } catch (error) {
      if (!(error instanceof SlotInUse)) throw error;
      console.log('The account has traded there already. Playing on a product of its own …\n');
      step = 0;
      payout = await playOnOwn(values.recording);
    }
  } else {
    console.log('No product runs here: starting one of its own …\n');
    payout = await playOnOwn(values.recording);
  }
  console.log(`\nPAID: ${payout} USDC.`);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
