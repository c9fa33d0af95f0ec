import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
});
/** The keys of the embedded mode. They open a toy exchange and a database on this machine, nothing else. */
export type EmbeddedSecrets = z.infer<typeof schema>;

/**
 * Reads the keys of the embedded mode from `<dataDir>/secrets.json`, making them on the first start.
 * Safe when several processes start at once: the file is linked into place whole, and whoever comes second reads the first's.
 */
export function embeddedSecrets(dataDir: string): EmbeddedSecrets {
  const path = join(dataDir, 'secrets.json');
  const existing = read(path);
  if (existing) return existing;
  mkdirSync(dataDir, { recursive: true });
  const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
  const made: EmbeddedSecrets = {
    internalApiKey: random(24),
    adminApiKey: random(24),
    jpVerifyApiKey: random(24),
    okxApiKey: random(16),
    okxSecretKey: random(24),
    okxPassphrase: random(12),
    sealingPrivateKey: random(32),
    quoteSigningKey: `0x${randomBytes(32).toString('hex')}`,
  };
  const own = `${path}.${process.pid}.${random(4)}`;
  writeFileSync(own, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(own, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function read(path: string): EmbeddedSecrets | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}
