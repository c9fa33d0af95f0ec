import { hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  internalApiKey: z.string().min(16),
  adminApiKey: z.string().min(16),
  jpVerifyApiKey: z.string().min(16),
  okxApiKey: z.string().min(8),
  okxSecretKey: z.string().min(8),
  okxPassphrase: z.string().min(8),
  /** X25519 private key of jp-verify, base64url: exchange keys are sealed to it. */
  sealingPrivateKey: z.string().length(43),
  /** Signs quotes; 0x and 64 hex digits. */
  quoteSigningKey: z.string().regex(/^0x[0-9a-f]{64}$/),
  /** Ed25519 private key of jp-verify, base64url: verdicts and snapshots are signed with it. */
  attestationPrivateKey: z.string().length(43),
  /** Stamps audit rows: kept beside the database, not in it. */
  auditKey: z.string().min(32),
  /** Ed25519 private key of the public log, base64: checkpoints are signed with it. */
  logPrivateKey: z.string().length(44),
});
/** The keys of the embedded mode. They open a toy exchange and a database on this machine, nothing else. */
export type EmbeddedSecrets = z.infer<typeof schema>;

const makeAll = (bytes: (name: keyof EmbeddedSecrets, count: number) => Buffer): EmbeddedSecrets => ({
  internalApiKey: bytes('internalApiKey', 24).toString('base64url'),
  adminApiKey: bytes('adminApiKey', 24).toString('base64url'),
  jpVerifyApiKey: bytes('jpVerifyApiKey', 24).toString('base64url'),
  okxApiKey: bytes('okxApiKey', 16).toString('base64url'),
  okxSecretKey: bytes('okxSecretKey', 24).toString('base64url'),
  okxPassphrase: bytes('okxPassphrase', 12).toString('base64url'),
  sealingPrivateKey: bytes('sealingPrivateKey', 32).toString('base64url'),
  quoteSigningKey: `0x${bytes('quoteSigningKey', 32).toString('hex')}`,
  attestationPrivateKey: bytes('attestationPrivateKey', 32).toString('base64url'),
  auditKey: bytes('auditKey', 32).toString('base64url'),
  logPrivateKey: bytes('logPrivateKey', 32).toString('base64'),
});

/**
 * Reads the keys of the embedded mode from `<dataDir>/secrets.json`, making them on the first start, and those that a later
 * version added on its first. Safe when several processes start at once: the first file is linked into place, which only one
 * can; keys that are added are derived from those that are there, so that whoever adds them adds the same.
 */
export function embeddedSecrets(dataDir: string): EmbeddedSecrets {
  const path = join(dataDir, 'secrets.json');
  mkdirSync(dataDir, { recursive: true });
  const text = read(path);
  if (text === null) {
    putInPlace(
      linkIfNone,
      path,
      makeAll((_name, count) => randomBytes(count)),
    );
    return embeddedSecrets(dataDir);
  }
  const existing = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const parsed = schema.safeParse(existing);
  if (parsed.success) return parsed.data;
  const derived = makeAll((name, count) => Buffer.from(hkdfSync('sha256', text, '', name, count)));
  const added = { ...derived, ...existing };
  const whole = schema.parse(added);
  putInPlace(renameSync, path, added);
  return whole;
}

/** Writes a file of its own, whole, before it gets the name that others read. */
function putInPlace(put: (from: string, to: string) => void, path: string, secrets: EmbeddedSecrets): void {
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  try {
    put(own, path);
  } finally {
    rmSync(own, { force: true });
  }
}

function linkIfNone(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** The file's text; null where there is none. A damaged file is nobody's to mend here. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
