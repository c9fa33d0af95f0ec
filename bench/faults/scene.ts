import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type LocalPostgres } from '../../scripts/localPostgres.ts';
import { startBackendProcess, type BackendProcess, type BackendSettings } from '../support/backendProcess.ts';
import { brokenInvariants } from '../../apps/liqpass-backend/test/brokenInvariants.ts';
import { compareWithAcknowledged, withDatabase } from '../support/checkDatabase.ts';
import type { Policy } from '../support/closedLoop.ts';
import { killableVerifier, type KillableVerifier } from '../support/killableVerifier.ts';
import type { PersistentLoad } from '../support/persistentLoad.ts';

export type FaultOptions = {
  readonly random: () => number;
  readonly kills: number;
  /** How long the kills may take, over both databases. */
  readonly killMs: number;
  readonly stoppedMs: number;
};
export type Found = {
  readonly policies: number;
  /** Requests that were sent again, by why. */
  readonly retried: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  readonly note?: string;
};
export type Outcome = Found & { readonly name: string; readonly seconds: number };
export type Fault = { readonly name: string; run(options: FaultOptions): Promise<Found> };

/** A backend, its verifier, and its database (null where that is embedded). */
export type Scene = {
  readonly backend: BackendProcess;
  readonly verifier: KillableVerifier;
  readonly postgres: LocalPostgres | null;
  /** Compares the database with what clients were told, and runs the invariants; the embedded database only while the backend is down. */
  check(policies: readonly Policy[]): Promise<string[]>;
};

/** Sets a scene up, plays in it, and takes it down, whatever happened. */
export async function inScene<T>(
  kind: 'postgres' | 'embedded',
  play: (scene: Scene) => Promise<T>,
  settings: Partial<BackendSettings> = {},
): Promise<T> {
  const verifier = await killableVerifier();
  // Durable: what a crash of PostgreSQL itself may not lose is the point.
  const postgres = kind === 'postgres' ? await startPostgres({ durable: true }) : null;
  let backend: BackendProcess | null = null;
  try {
    const started = await startBackendProcess({
      databaseUrl: postgres?.url ?? null,
      verifierUrl: verifier.url,
      ...settings,
    });
    backend = started;
    const url = postgres?.url ?? `embedded:${join(started.directory, 'data/database')}`;
    return await play({
      backend: started,
      verifier,
      postgres,
      check: (policies) =>
        withDatabase(url, async (pool) => [
          ...(await compareWithAcknowledged(pool, policies)),
          ...(await brokenInvariants(pool)),
        ]),
    });
  } finally {
    await backend?.kill();
    await verifier.kill();
    await postgres?.remove();
    // What it logged is kept where --keep says so.
    if (backend && settings.directory === undefined && !process.argv.includes('--keep'))
      rmSync(backend.directory, { recursive: true, force: true });
  }
}

/** Lets the load finish, stops the backend as an operator would, and looks at what is there. */
export async function settleAndCheck(scene: Scene, load: PersistentLoad, withinMs = 90_000): Promise<Found> {
  const wrong: string[] = [];
  try {
    await load.finish(withinMs);
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  await scene.backend.stop();
  wrong.push(...load.wrong, ...(await scene.check(load.policies)));
  return { policies: load.policies.length, retried: Object.fromEntries(load.retried), wrong };
}
