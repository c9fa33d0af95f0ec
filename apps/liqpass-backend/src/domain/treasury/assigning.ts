import { usdc, type Usdc } from '@liqpass/kernel/money';

/** From this amount on it takes an admin to say whose money it is, unless one person runs the shop. */
export const ADMIN_ASSIGNS_FROM: Usdc = usdc(100_000_000n);
