import { buildLogger } from '@liqpass/service/logger';
import { runService } from '@liqpass/service/runService';
import { readConfig } from './config.ts';
import { startBackend } from './startBackend.ts';

await runService('liqpass-backend', async () => {
  const config = readConfig();
  const logger = buildLogger('liqpass-backend', config.logLevel);
  return { logger, service: await startBackend(config, logger) };
});
