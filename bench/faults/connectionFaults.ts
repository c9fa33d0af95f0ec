import { setTimeout as pause } from 'node:timers/promises';
import { persistentLoad } from '../support/persistentLoad.ts';
import { inScene, settleAndCheck, type Fault } from './scene.ts';

/** Clients hang up before the answer and send the same again: done once all the same. */
const cutInMidAnswer = (kind: 'postgres' | 'embedded'): Fault => ({
  name: `clients cut their connections in mid-answer (${kind})`,
  run: ({ random }) =>
    inScene(kind, async (scene) => {
      const load = persistentLoad(scene.backend.url, { clients: 6, cutShare: 0.3, random });
      await pause(12_000);
      return settleAndCheck(scene, load);
    }),
});

export const connectionFaults: readonly Fault[] = [cutInMidAnswer('postgres'), cutInMidAnswer('embedded')];
