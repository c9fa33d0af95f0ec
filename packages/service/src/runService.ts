import type { Logger } from 'pino';
import { ConfigError } from './environment.ts';

/** An error that nobody caught. Not 1: that says that a setting is wrong, and starting again would not mend it. */
const UNHANDLED = 70;
/** How long an orderly stop may take before the process ends all the same. */
const STOP_WITHIN_MS = 15_000;

export type RunningService = { address: string; stop(): Promise<void> };

/**
 * Starts a service and keeps it until SIGTERM or SIGINT: then it stops in order (requests under way are answered, jobs
 * finish or are taken up again). A wrong setting ends the start with one sentence and exit code 1; an error that nobody handled
 * ends the process with a log line and exit code 70.
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
  // What state the process is in nobody knows then, so it ends, with a line that says why, and whoever watches it starts it again.
  // A rejection that nobody awaits comes here too. The logger writes before it returns.
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'an error that nobody handled: the process ends, to be started again');
    process.exit(UNHANDLED);
  });
}
