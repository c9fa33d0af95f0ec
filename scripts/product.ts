import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import { join, resolve } from 'node:path';

/** One process of the product: what it is called, where it starts, and the settings that are its own. */
export type Part = { readonly name: string; readonly entry: string; readonly env: Readonly<Record<string, string>> };

export type Product = {
  readonly url: string;
  /** The process of a part that runs now. */
  pid(name: string): number | undefined;
  /** Ends every part in order. */
  stop(): Promise<void>;
};

export type ProductOptions = {
  /** Where ./data is: the database, the keys, the logs. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly say?: (line: string) => void;
  /** Takes ports that are free instead of the usual ones. */
  readonly ports?: Ports;
};

const root = join(import.meta.dirname, '..');
const RESTART_AFTER_MS = 500;
const READY_WITHIN_MS = 90_000;

export type Ports = { readonly backend: number; readonly jpVerify: number; readonly simulator: number };
export const USUAL_PORTS: Ports = { backend: 3001, jpVerify: 8082, simulator: 8083 };

/** Which processes the settings ask for: the exchange simulator only where no exchange is given. */
function partsOf(env: Readonly<Record<string, string | undefined>>, ports: Ports, dataDir: string): Part[] {
  const part = (name: string, port: number, more: Record<string, string> = {}): Part => ({
    name,
    entry: join(root, 'apps', name, 'src/index.ts'),
    env: { PORT: String(port), ...more },
  });
  const simulated = env['OKX_BASE_URL'] === undefined;
  const ownVerifier = env['JP_VERIFY_BASE_URL'] === undefined;
  return [
    ...(simulated ? [part('okx-simulator', ports.simulator)] : []),
    ...(ownVerifier
      ? [
          part(
            'jp-verify',
            ports.jpVerify,
            verifierSettings(
              env,
              simulated && ports.simulator !== USUAL_PORTS.simulator ? ports.simulator : null,
              dataDir,
            ),
          ),
        ]
      : []),
    part(
      'liqpass-backend',
      ports.backend,
      ownVerifier ? { JP_VERIFY_BASE_URL: `http://127.0.0.1:${ports.jpVerify}` } : {},
    ),
  ];
}

/**
 * What jp-verify finds out by itself only with everything as usual: the key it shares with a backend on the embedded database,
 * and a simulator on another port. What the environment gives stays as given.
 */
function verifierSettings(
  env: Readonly<Record<string, string | undefined>>,
  simulatorPort: number | null,
  dataDir: string,
): Record<string, string> {
  const embedded = env['DATABASE_URL'] === undefined;
  if (!embedded && simulatorPort === null) return {};
  const made = embeddedSecrets(dataDir);
  const settings: Record<string, string> = {
    JP_VERIFY_API_KEY: made.jpVerifyApiKey,
    SEALING_PRIVATE_KEYS: made.sealingPrivateKey,
    ATTESTATION_PRIVATE_KEYS: made.attestationPrivateKey,
    ...(simulatorPort === null
      ? {}
      : {
          OKX_BASE_URL: `http://127.0.0.1:${simulatorPort}`,
          OKX_API_KEY: made.okxApiKey,
          OKX_SECRET_KEY: made.okxSecretKey,
          OKX_PASSPHRASE: made.okxPassphrase,
        }),
  };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => env[name] === undefined));
}

/**
 * Starts the parts of the product, keeps their logs in data/logs, and starts a part again that dies: what was acknowledged
 * is in the database, and what was under way is taken up again. Resolves when the backend says that it is ready.
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { say = () => undefined, cwd = process.cwd() } = options;
  const env = { ...process.env, ...options.env };
  const ports = options.ports ?? { ...USUAL_PORTS, backend: Number(env['PORT'] ?? USUAL_PORTS.backend) };
  const logs = resolve(cwd, 'data/logs');
  mkdirSync(logs, { recursive: true });
  const running = new Map<string, ChildProcess>();
  let stopping = false;
  let failed: string | null = null;

  const run = (part: Part): void => {
    const log = createWriteStream(join(logs, `${part.name}.log`), { flags: 'a' });
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', part.entry, '--stop-with-parent'], {
      cwd,
      env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'), ...env, ...part.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.set(part.name, child);
    child.stdout.pipe(log);
    child.stderr.on('data', (chunk: Buffer) => {
      log.write(chunk);
      if (!stopping) say(chunk.toString().trimEnd());
    });
    const startedMs = Date.now();
    child.once('exit', (code, signal) => {
      if (stopping) return;
      // Exit code 1 right away is a setting that is wrong: starting again would not mend it.
      if (code === 1 && Date.now() - startedMs < 10_000) {
        failed = `${part.name} could not start: see above, or data/logs/${part.name}.log.`;
        return;
      }
      say(`${part.name} ended (${signal ?? `exit code ${code}`}): it is started again.`);
      setTimeout(() => {
        if (!stopping) run(part);
      }, RESTART_AFTER_MS);
    });
  };

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // The backend first: it still needs the others for what is under way.
    for (const child of [...running.values()].toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
  };

  for (const part of partsOf(env, ports, resolve(cwd, 'data'))) run(part);
  const url = `http://127.0.0.1:${ports.backend}`;
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (failed !== null || Date.now() > deadline) {
      await stop();
      throw new Error(failed ?? 'The product was not ready within 90 s: see data/logs.');
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return { url, pid: (name) => running.get(name)?.pid, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // It does not listen yet.
  }
}
