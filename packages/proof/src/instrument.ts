import { multiply, parseNumeric, type Decimal } from '@liqpass/kernel/decimal';
import { z } from 'zod';
import type { Reader } from './reader.ts';
import { instrumentTarget } from './targets.ts';

const scalar = z.union([z.string(), z.number()]).transform(String);

/** One field of the first row that names the instrument; null where the answer has none. What is read so never decides. */
export function fieldOf(reader: Reader, target: string, instId: string, field: string): Decimal | null {
  const answer = reader.read(target);
  if (answer?.kind !== 'rows') return null;
  const row = answer.rows.find(
    ({ value }) => typeof value === 'object' && value !== null && Reflect.get(value, 'instId') === instId,
  );
  return row && typeof row.value === 'object' && row.value !== null
    ? parseNumeric(scalar.safeParse(Reflect.get(row.value, field)).data ?? '')
    : null;
}

/** Coins in one contract: ctVal × ctMult, as the exchange says them; null where it does not. */
export function coinsOfContract(reader: Reader, instId: string): Decimal | null {
  const target = instrumentTarget(instId);
  const [ctVal, ctMult] = [fieldOf(reader, target, instId, 'ctVal'), fieldOf(reader, target, instId, 'ctMult')];
  return ctVal === null || ctMult === null || ctVal.n <= 0n || ctMult.n <= 0n ? null : multiply(ctVal, ctMult);
}
