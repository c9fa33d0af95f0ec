import { fromBase64, toBase64 } from './base64.ts';

/** An entry's proof to take away (C2SP tlog-proof@v1): where it stands, the hashes up to the root, and the checkpoint. */
export type TlogProof = {
  /** What the application adds; nothing vouches for it. */
  readonly extra: Uint8Array | null;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, as it came. */
  readonly checkpoint: string;
};

const HEADER = 'c2sp.org/tlog-proof@v1';

/** The proof as a text file. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === null ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(toBase64),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** The proof of a text; null where it is none. */
export function parseTlogProof(text: string): TlogProof | null {
  const split = text.indexOf('\n\n');
  if (split < 0) return null;
  const [header, ...lines] = text.slice(0, split).split('\n');
  const extraLine = lines[0]?.startsWith('extra ') ? lines.shift() : undefined;
  const extra = extraLine === undefined ? null : fromBase64(extraLine.slice('extra '.length));
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const hashes = lines.map(fromBase64);
  if (header !== HEADER || index === undefined || (extraLine !== undefined && extra === null)) return null;
  if (!Number.isSafeInteger(Number(index)) || hashes.length > 63) return null;
  const whole = hashes.filter((hash) => hash?.length === 32).filter((hash) => hash !== null);
  if (whole.length !== hashes.length) return null;
  return { extra, index: Number(index), hashes: whole, checkpoint: text.slice(split + 2) };
}
