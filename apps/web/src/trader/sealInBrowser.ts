import type { SealingKey } from '@liqpass/api/credentials';
import type { ExchangeKey } from '@liqpass/api/exchangeKeys';

export async function sealExchangeKey(_target: SealingKey, _owner: string, _key: ExchangeKey): Promise<string> {
  throw new Error('not built');
}
