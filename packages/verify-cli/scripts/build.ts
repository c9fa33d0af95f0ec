// npm run verify:build: the verifier as one file that needs Node 20 or newer and nothing else.
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Bundles the verifier into `<folder>/liqpass-verify.mjs`. */
export async function buildVerifier(folder: string): Promise<string> {
  const file = join(folder, 'liqpass-verify.mjs');
  const bundle = await rolldown({
    input: join(import.meta.dirname, '../src/verify.ts'),
    platform: 'node',
    external: /^node:/,
    transform: { target: 'node20' },
  });
  await bundle.write({ file, format: 'esm', banner: '#!/usr/bin/env node', codeSplitting: false });
  await bundle.close();
  return file;
}

if (import.meta.main) console.log(await buildVerifier(join(import.meta.dirname, '../dist')));
