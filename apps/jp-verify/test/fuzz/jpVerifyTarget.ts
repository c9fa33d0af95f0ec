import type { FuzzTarget } from '@liqpass/testing/fuzz/fuzz';
import { readOpenApi } from '@liqpass/testing/fuzz/openApi';
import { Pools } from '@liqpass/testing/fuzz/schemaValues';
import type { Sender } from '@liqpass/testing/fuzz/sendHttp';
import fc from 'fast-check';
import { allCases, bodyOf, usualBody } from '../cases.ts';
import type { Row } from '../strangeExchange.ts';
import { API_KEY, OWNER, type StrangeScene } from '../verifierBehindStrangeExchange.ts';

const CALLERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  backend: { authorization: `Bearer ${API_KEY}` },
  'wrong key': { authorization: 'Bearer not-the-bearer-0123456789' },
  nobody: {},
};

/** jp-verify as a fuzzer drives it: questions about accounts of every kind, each with a key that the exchange knows. */
export async function jpVerifyTarget(sender: Sender, { tenant }: Pick<StrangeScene, 'tenant'>): Promise<FuzzTarget> {
  const { text } = await sender.send({ method: 'GET', path: '/openapi.json', headers: {}, body: null });
  // An exchange that is down is answered with 503, which is right and would hide a fault.
  const cases = allCases().filter(({ habits }) => habits?.instead === undefined);
  const questions: Row[] = await Promise.all(
    cases.map(async ({ account, habits, ordId, body }) => ({
      ...usualBody(),
      ordId,
      ...bodyOf(body),
      ...(await tenant(account, habits)),
    })),
  );
  const question = fc.constantFrom(...questions);
  const asked = (...fields: string[]): fc.Arbitrary<Row> =>
    question.map((row) => Object.fromEntries(fields.map((field) => [field, row[field]])));
  const whole: Readonly<Record<string, fc.Arbitrary<Row>>> = {
    'POST /verify': question,
    'POST /snapshot': asked('instId', 'ordId', 'credential', 'owner'),
    'POST /positions': asked('credential', 'owner'),
    'POST /observe': question.map(({ instId, credential, owner, boundAt }) => ({
      instId,
      credential,
      owner,
      since: boundAt,
      posId: '1752810569801498626',
      cTime: '1760000000000',
    })),
    'POST /credential-check': question.map(({ credential, owner }) => ({ sealed: credential, owner })),
  };
  return {
    described: readOpenApi(JSON.parse(text)),
    pools: new Pools(),
    weightOf: ({ name }) => (name === 'POST /verify' ? 8 : name in whole ? 4 : 1),
    callersOf: () =>
      fc.oneof(
        { arbitrary: fc.constant('backend'), weight: 20 },
        { arbitrary: fc.constantFrom('wrong key', 'nobody'), weight: 1 },
      ),
    knownTo: (operation) => (name) => {
      if (name === '') return whole[operation.name] ?? null;
      if (name === 'owner') return fc.constant(OWNER);
      return name === 'instId' ? fc.constantFrom('BTC-USDT-SWAP', 'ETH-USDT-SWAP') : null;
    },
    headersOf: (caller) => CALLERS[caller] ?? {},
    harvest: () => Promise.resolve(),
    secrets: () => [API_KEY],
  };
}
