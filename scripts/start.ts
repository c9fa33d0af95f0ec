// npm start: the whole product on this machine, with an embedded database and, unless OKX_BASE_URL is given, a simulated exchange.
import { buildWeb } from './buildWeb.ts';
import { startProduct, USUAL_PORTS, type Ports } from './product.ts';

const say = (line: string): void => console.log(line);

/** Nobody holds a key of this address: premiums of a trial are not to be paid in earnest. */
const TRIAL_TREASURY = '0x7e57000000000000000000000000000000007e57';
const PORTS = { backend: 'PORT', jpVerify: 'JP_VERIFY_PORT', simulator: 'SIMULATOR_PORT' } as const;

function portOf(name: keyof Ports): number {
  const text = process.env[PORTS[name]];
  if (text === undefined) return USUAL_PORTS[name];
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${PORTS[name]} is ${JSON.stringify(text)}: it must be a port, 1 to 65535.`);
}

/** Throws where one of the ports is answered on already: two products would share a folder, or fail one after the other. */
async function requireFree(ports: Ports): Promise<void> {
  for (const name of ['backend', 'jpVerify', 'simulator'] as const) {
    const url = `http://127.0.0.1:${ports[name]}`;
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
try {
  ports = { backend: portOf('backend'), jpVerify: portOf('jpVerify'), simulator: portOf('simulator') };
  await requireFree(ports);
  const exchange = `http://127.0.0.1:${ports.simulator}`;
  const trial = {
    TREASURY_SAFE: process.env['TREASURY_SAFE'] ?? TRIAL_TREASURY,
    SIMULATED_EXCHANGE_URL: exchange,
    TRIAL_SHOP_URL: `http://127.0.0.1:${ports.backend}`,
  };
  [product] = await Promise.all([startProduct({ say, ports, env: simulated && embedded ? trial : {} }), buildWeb(say)]);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** The public log's key, for people to keep; null where there is no log. */
const vkey = await fetch(`${product.url}/log/vkey`).then(
  (answer) => (answer.ok ? answer.text() : null),
  () => null,
);
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
  exchange   ${simulated ? `simulated, on ${play}` : process.env['OKX_BASE_URL']}
  database   ${embedded ? 'embedded, in ./data (fit for trying, not for money: docs/operating.md)' : 'PostgreSQL'}
  keys       ${process.env['INTERNAL_API_KEY'] === undefined ? './data/secrets.json (made on the first start)' : 'from the environment'}
${vkey === null ? '' : `  log key    ${vkey}\n`}  logs       ./data/logs

npm run demo   plays a cover from purchase to payout, in a second terminal.
Ctrl-C         stops in order.
`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    say('Stopping …');
    void product.stop().then(() => process.exit(0));
  });
