import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { scratchDirectory } from '../support/backendProcess.ts';
import { persistentLoad } from '../support/persistentLoad.ts';
import { inScene, settleAndCheck, type Fault } from './scene.ts';

const HOUR_MS = 3_600_000;

/**
 * The backend's clock is set wrong by an hour while claims are under way, and set right again. A liquidation that seems to lie in
 * the future is no liquidation, and is asked about again; nothing ends wrongly, and nothing stays behind.
 */
const jump = (offsetMs: number): Fault => ({
  name: `clock ${offsetMs > 0 ? '+' : '−'}1 h and back`,
  async run() {
    const file = join(scratchDirectory('clock'), 'offset');
    writeFileSync(file, '0');
    const loader = pathToFileURL(join(import.meta.dirname, '../support/shiftedClock.ts')).href;
    return inScene(
      'postgres',
      async (scene) => {
        const set = (ms: number): void => {
          writeFileSync(file, String(ms));
          process.kill(scene.backend.pid(), 'SIGUSR2');
        };
        // Paid before the jump: nobody is covered for what happened before paying, so a payment in the future would cover nothing.
        const jumped = Promise.withResolvers<void>();
        let waiting = 0;
        const load = persistentLoad(scene.backend.url, {
          clients: 8,
          policies: 8,
          async before(step) {
            if (step !== 'trigger') return;
            waiting += 1;
            if (waiting === 8) {
              set(offsetMs);
              jumped.resolve();
            }
            await jumped.promise;
          },
        });
        await jumped.promise;
        await pause(4_000);
        set(0);
        return settleAndCheck(scene, load);
      },
      { env: { CLOCK_OFFSET_FILE: file }, nodeArguments: ['--import', loader] },
    );
  },
});

export const clockFaults: readonly Fault[] = [jump(HOUR_MS), jump(-HOUR_MS)];
