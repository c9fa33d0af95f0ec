// npm start: the whole product on this machine, with an embedded database and, unless OKX_BASE_URL is given, a simulated exchange.
// With --chain the money is a trial's too: a chain of its own (31337) with the real USDC and Safe, which the product watches.
import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { whyNoChain } from '@liqpass/testing/chain/anvil';
import { buildWeb } from './buildWeb.ts';
import { startProduct, USUAL_PORTS, type Ports } from './product.ts';
import { openTrialChain, type TrialChain } from './trialChain.ts';

const say = (line: string): void => console.log(line);

/** Nobody holds a key of this address: premiums of a trial are not to be paid in earnest. */
const TRIAL_TREASURY = '0x7e57000000000000000000000000000000007e57';
const PORTS = {
  backend: 'PORT',
  jpVerify: 'JP_VERIFY_PORT',
  simulator: 'SIMULATOR_PORT',
  chain: 'CHAIN_PORT',
} as const;
/** Where wallets look for a chain of one's own. */
const USUAL = { ...USUAL_PORTS, chain: 8545 };
/** A chain of one's own begins anew at each start, and what is in the database with it. */
const CHAIN_FOLDER = 'data/chain';

const { values } = parseArgs({ options: { chain: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
if (values.help === true) {
  say('usage: npm start [-- --chain]');
  process.exit(0);
}

function portOf(name: keyof typeof PORTS): number {
  const text = process.env[PORTS[name]];
  if (text === undefined) return USUAL[name];
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${PORTS[name]} is ${JSON.stringify(text)}: it must be a port, 1 to 65535.`);
}

/** Throws where one of the ports is answered on already: two products would share a folder, or fail one after the other. */
async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const url = `http://127.0.0.1:${port}`;
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer !== null)
      throw new Error(
        `LiqPass, or something else, runs at ${url} already. Stop it, or start another one in a folder of its own with other ports (${Object.values(PORTS).join(', ')}).`,
      );
  }
}

const simulated = process.env['OKX_BASE_URL'] === undefined;
const embedded = process.env['DATABASE_URL'] === undefined;
let product;
let ports: Ports;
let trialChain: TrialChain | null = null;
try {
  ports = { backend: portOf('backend'), jpVerify: portOf('jpVerify'), simulator: portOf('simulator') };
  await requireFree([...Object.values(ports), ...(values.chain === true ? [portOf('chain')] : [])]);
  if (values.chain === true) {
    if (!simulated || !embedded)
      throw new Error(
        '--chain is for trying: leave OKX_BASE_URL and DATABASE_URL out. docs/operating.md says how Base is watched.',
      );
    const missing = whyNoChain();
    if (missing !== null) throw new Error(missing);
    rmSync(CHAIN_FOLDER, { recursive: true, force: true });
    mkdirSync(CHAIN_FOLDER, { recursive: true });
    trialChain = await openTrialChain(portOf('chain'));
  }
  const exchange = `http://127.0.0.1:${ports.simulator}`;
  const trial = {
    TREASURY_SAFE: process.env['TREASURY_SAFE'] ?? TRIAL_TREASURY,
    SIMULATED_EXCHANGE_URL: exchange,
    TRIAL_SHOP_URL: `http://127.0.0.1:${ports.backend}`,
  };
  const env = simulated && embedded ? { ...trial, ...trialChain?.env } : {};
  const cwd = trialChain === null ? {} : { cwd: CHAIN_FOLDER };
  [product] = await Promise.all([startProduct({ say, ports, env, ...cwd }), buildWeb(say)]);
} catch (error) {
  await trialChain?.chain.stop();
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** What a person does to pay on the trial's chain, and what pays them. */
function onChain({ chain, safe, buyer }: TrialChain): string {
  return `  The money is on a chain of this trial's own, with the real contracts; a block every two seconds.

  chain      31337, RPC ${chain.url}
  USDC       ${chain.usdc}
  Safe       ${safe.address} (two of three sign; it holds 100,000 USDC)
  to pay     import this key into a wallet of your browser; it has 1,000 USDC, and ether for gas:
             ${buyer.key}
             (${buyer.address}; the key is no secret and is worth nothing on any other chain)

  Sign in with it, buy, bind and press “Pay”: the wallet is asked to add the chain, and the page goes from waiting to
  seen to final in a few seconds. Both ./${data} and the chain begin anew at each start.

`;
}

/** The public log's key, for people to keep; null where there is no log. */
const vkey = await fetch(`${product.url}/log/vkey`).then(
  (answer) => (answer.ok ? answer.text() : null),
  () => null,
);
const data = trialChain === null ? 'data' : `${CHAIN_FOLDER}/data`;
const play = `http://127.0.0.1:${ports.simulator}`;
say(`
LiqPass runs.

  ${product.url}                buy, bind, pay, claim
  ${product.url}/admin/claims   review and pay (operators)
  ${product.url}/docs           the API, to browse and try
${
  simulated
    ? `  ${play}                the simulated exchange: open a position, move the market, liquidate

To play the loop in the browser, begin there; it also has the operators' key of this trial.
`
    : ''
}
${trialChain === null ? '' : onChain(trialChain)}  exchange   ${simulated ? `simulated, on ${play}` : process.env['OKX_BASE_URL']}
  database   ${embedded ? `embedded, in ./${data} (fit for trying, not for money: docs/operating.md)` : 'PostgreSQL'}
  keys       ${process.env['INTERNAL_API_KEY'] === undefined ? `./${data}/secrets.json (made on the first start)` : 'from the environment'}
${vkey === null ? '' : `  log key    ${vkey}\n`}  logs       ./${data}/logs

${
  trialChain === null
    ? 'npm run demo   plays a cover from purchase to payout, in a second terminal.'
    : 'npm run demo -- --chain   plays the whole loop by itself, the payout from the Safe included, on another chain.'
}
Ctrl-C         stops in order.
`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    say('Stopping …');
    void product
      .stop()
      .then(() => trialChain?.chain.stop())
      .then(() => process.exit(0));
  });
