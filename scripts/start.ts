// npm start: the whole product on this machine, with an embedded database and, unless OKX_BASE_URL is given, a simulated exchange.
import { buildWeb } from './buildWeb.ts';
import { startProduct } from './product.ts';

const say = (line: string): void => console.log(line);

let product;
try {
  [product] = await Promise.all([startProduct({ say }), buildWeb(say)]);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const exchange = process.env['OKX_BASE_URL'] ?? 'a simulated exchange on http://127.0.0.1:8083';
say(`
LiqPass runs.

  ${product.url}            buy, bind, pay, claim
  ${product.url}/admin/claims   review and pay (operators)
  ${product.url}/docs       the API, to browse and try

  exchange   ${exchange}
  database   ${process.env['DATABASE_URL'] === undefined ? 'embedded, in ./data (fit for trying, not for money: docs/operating.md)' : 'PostgreSQL'}
  keys       ${process.env['INTERNAL_API_KEY'] === undefined ? './data/secrets.json (made on the first start)' : 'from the environment'}
  logs       ./data/logs

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
