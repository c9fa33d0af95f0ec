import type { SealingKey } from '@liqpass/api/credentials';
import type { ExchangeKey } from '@liqpass/api/exchangeKeys';
import { sealExchangeKey as seal } from '@liqpass/sealing/seal';

/** Seals an exchange key for `owner` to jp-verify's public key; loaded only when a key is entered. */
export const sealExchangeKey = (target: SealingKey, owner: string, key: ExchangeKey): Promise<string> =>
  seal(target.public_key, owner, key);
