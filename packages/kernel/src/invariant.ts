/** Throws when `condition` is false: a bug in LiqPass, never a wrong input. The message is for its developers. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}
