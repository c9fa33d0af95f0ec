import './smallHeap.ts';
import { systemClock } from '@liqpass/kernel/time';
import { buildLogger } from '@liqpass/service/logger';
import { listen } from '@liqpass/service/listen';
import { runService } from '@liqpass/service/runService';
import { attestationKeys } from './attesting.ts';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { sealingKeys } from './sealing.ts';
import { createContext } from './services/context.ts';

await runService('jp-verify', async () => {
  const config = readConfig();
  const logger = buildLogger('jp-verify', config.logLevel);
  const sealing = await sealingKeys(config.sealingPrivateKeys);
  if (sealing.made)
    logger.warn(
      'SEALING_PRIVATE_KEYS is not given: a key pair was made for this run, and keys sealed to it end with it',
    );
  const attestation = attestationKeys(config.attestationPrivateKeys);
  if (attestation.made)
    logger.warn(
      'ATTESTATION_PRIVATE_KEYS is not given: a key was made for this run, and what it signs is known by it only until it ends',
    );
  const ctx = createContext({
    clock: systemClock,
    logger,
    okxBaseUrl: config.okxBaseUrl,
    liquidationFeedUrl: config.liquidationFeedUrl,
    ownCredential: config.ownCredential,
    sealingKeys: sealing.keys,
    attestationKeys: attestation.keys,
  });
  const app = await buildApp(ctx, config.jpVerifyApiKey);
  const address = await listen(app, config);
  logger.info(
    {
      exchange: config.okxBaseUrl,
      ownKey: config.ownCredential !== null,
      attestationKey: attestation.keys[0]?.keyId,
    },
    'asks this exchange, and signs what it found',
  );
  return { logger, service: { address, stop: () => app.close() } };
});
