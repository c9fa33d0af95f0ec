import { setTimeout as pause } from 'node:timers/promises';
import { persistentLoad } from '../support/persistentLoad.ts';
import type { VerifierMood } from '../support/standInVerifier.ts';
import { inScene, settleAndCheck, type Fault } from './scene.ts';

/** The verifier misbehaves while claims are filed, and then is well again: each claim waits, and ends verified. */
const misbehaves = (name: string, mood: VerifierMood, forMs: number): Fault => ({
  name: `verifier ${name}`,
  run: () =>
    inScene('postgres', async (scene) => {
      scene.verifier.become(mood);
      const load = persistentLoad(scene.backend.url, { clients: 8, policies: 8 });
      await pause(forMs);
      scene.verifier.become({ answersAfterMs: 5 });
      return settleAndCheck(scene, load);
    }),
});

const dies: Fault = {
  name: 'verifier not there',
  run: () =>
    inScene('postgres', async (scene) => {
      await scene.verifier.kill();
      const load = persistentLoad(scene.backend.url, { clients: 8, policies: 8 });
      await pause(6_000);
      await scene.verifier.start();
      return settleAndCheck(scene, load);
    }),
};

export const verifierFaults: readonly Fault[] = [
  misbehaves('answers garbage', { does: 'garbage' }, 5_000),
  misbehaves('answers 200 with nothing', { does: 'nothing' }, 5_000),
  misbehaves('answers 503', { does: 'fail' }, 5_000),
  misbehaves('says it cannot tell', { does: 'inconclusive' }, 5_000),
  misbehaves('cuts its answer off', { does: 'cut' }, 5_000),
  misbehaves('hangs', { does: 'hang' }, 10_000),
  dies,
];
