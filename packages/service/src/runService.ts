import type { Logger } from 'pino';
import { ConfigError } from './environment.ts';

/** How long an orderly stop may take before the process ends all the same. */
const STOP_WITHIN_MS = 15_000;

export type RunningService = { address: string; stop(): Promise<void> };

/**
 * Starts a service and keeps it until SIGTERM or SIGINT: then it stops in order (requests under way are answered, jobs
 * finish or are taken up again). A wrong setting ends the start with one sentence and exit code 1.
 */
export async function runService(
  name: string,
  start: () => Promise<{ logger: Logger; service: RunningService }>,
): Promise<void> {
  let started: { logger: Logger; service: RunningService };
  try {
    started = await start();
  } catch (error) {
    const sentence =
      error instanceof ConfigError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${name} cannot start. ${sentence}\n`);
    process.exit(1);
  }
  const { logger, service } = started;
  logger.info({ address: service.address }, `${name} listens`);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('did not stop in time');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A parent that holds our standard input and goes away (kill -9 included) takes us along: no orphan keeps a port.
  if (process.argv.includes('--stop-with-parent')) process.stdin.on('end', () => stop('parent gone')).resume();
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection'));
}
