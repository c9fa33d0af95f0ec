import { randomBytes } from 'node:crypto';
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

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
const makeAll = (): EmbeddedSecrets => ({
  internalApiKey: random(24),
  adminApiKey: random(24),
  jpVerifyApiKey: random(24),
  okxApiKey: random(16),
  okxSecretKey: random(24),
  okxPassphrase: random(12),
  sealingPrivateKey: random(32),
  quoteSigningKey: `0x${randomBytes(32).toString('hex')}`,
  attestationPrivateKey: random(32),
  auditKey: random(32),
  logPrivateKey: randomBytes(32).toString('base64'),
});

/**
 * Reads the keys of the embedded mode from `<dataDir>/secrets.json`, making them on the first start, and those that a later
 * version added on its first. Safe when several processes start at once: what is made is linked into place whole, one at a
 * time, and whoever comes second reads the first's.
 */
export function embeddedSecrets(dataDir: string): EmbeddedSecrets {
  const path = join(dataDir, 'secrets.json');
  const next = `${path}.next`;
  mkdirSync(dataDir, { recursive: true });
  for (;;) {
    const existing = read(path);
    const parsed = schema.safeParse(existing);
    if (parsed.success) return parsed.data;
    const made = { ...makeAll(), ...existing };
    schema.parse(made);
    const own = `${path}.${process.pid}.${random(4)}`;
    writeFileSync(own, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    try {
      if (linkIfFree(own, next) && schema.safeParse(read(path)).success) rmSync(next, { force: true });
      // Whoever was here first may have been stopped here: what they made is moved in their stead.
      else moveIfThere(next, path);
    } finally {
      rmSync(own, { force: true });
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** What the file holds, known or not; none where there is no file. A damaged file is nobody's to mend here. */
function read(path: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw error;
  }
}
