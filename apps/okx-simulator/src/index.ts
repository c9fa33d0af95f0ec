import { buildLogger } from '@liqpass/service/logger';
import { runService } from '@liqpass/service/runService';
import { readConfig } from './config.ts';
import { startSimulator } from './startSimulator.ts';

await runService('okx-simulator', async () => {
  const config = readConfig();
  const logger = buildLogger('okx-simulator', config.logLevel);
  return { logger, service: await startSimulator(config, logger) };
});
