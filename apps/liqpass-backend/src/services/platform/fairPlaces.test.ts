import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { buildPlaces } from './fairPlaces.ts';

type Work = { owner: string; end(borne?: boolean): Promise<void> };

/** Works that run until they are ended, in the order in which they began. */
function bench(bounds: { least: number; first: number; most: number }) {
  const places = buildPlaces(bounds);
  const running: Work[] = [];
  const bring = (owner: string, times = 1): void => {
    for (let time = 0; time < times; time += 1)
      void places.run(owner, () => {
        const { promise, resolve } = Promise.withResolvers<{ borne: boolean; result: null }>();
        const work: Work = {
          owner,
          async end(borne = true) {
            running.splice(running.indexOf(work), 1);
            resolve({ borne, result: null });
            await setImmediate();
          },
        };
        running.push(work);
        return promise;
      });
  };
  return { places, running, bring };
}

test('as many run at once as there are places, and who brings many waits in turns with who brings one', async () => {
  const { running, bring } = bench({ least: 1, first: 2, most: 2 });
  bring('a', 5);
  bring('b');
  bring('c');
  const began = running.map(({ owner }) => owner);
  for (let next = running[0]; next; next = running[0]) {
    await next.end();
    const last = running.at(-1);
    if (last) began.push(last.owner);
  }
  assert.deepEqual(began.slice(0, 6), ['a', 'a', 'a', 'b', 'c', 'a']);
});

test('places grow while work is borne and they are short, and halve once for what was under way together', async () => {
  const { running, bring, places } = bench({ least: 2, first: 4, most: 6 });
  bring('a', 100);
  assert.equal(running.length, 4);
  await running[0]?.end();
  assert.equal(running.length, 5);
  await running[0]?.end();
  await running[0]?.end();
  assert.equal(running.length, 6, 'no more than the most');
  const together = [...running];
  await together[0]?.end(false);
  await together[1]?.end(false);
  await together[2]?.end(false);
  assert.equal(running.length, 3, 'halved once');
  for (const work of running.slice()) await work.end(false);
  for (const work of running.slice()) await work.end(false);
  assert.equal(running.length, 2, 'no fewer than the least');
  assert.equal(places.free(), 0);
});

test('work that throws gives its place back', async () => {
  const places = buildPlaces({ least: 1, first: 1, most: 1 });
  await assert.rejects(
    places.run('a', async () => {
      throw new Error('it broke');
    }),
    /it broke/,
  );
  assert.equal(await places.run('a', async () => ({ borne: true, result: 'again' })), 'again');
});
