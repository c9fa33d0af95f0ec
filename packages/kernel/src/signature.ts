/** A signature in its usual form: EIP-2098's 64 bytes carry v in the highest bit of s. */
export function fullSignature(signature: string): `0x${string}` {
  const hex = signature.replace(/^0x/i, '').toLowerCase();
  if (!/^[0-9a-f]{128}$/.test(hex)) return `0x${hex}`;
  const first = Number.parseInt(hex.slice(64, 66), 16);
  const s = (first & 0x7f).toString(16).padStart(2, '0') + hex.slice(66);
  return `0x${hex.slice(0, 64)}${s}${first & 0x80 ? '1c' : '1b'}`;
}
