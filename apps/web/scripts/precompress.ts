import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { minifySync, type Plugin } from 'vite';

const TEXT = /\.(?:js|css|html|svg|json|webmanifest)$/;

/** Scripts that the bundler copies as they are: what their comments say is for whoever reads the sources. */
const COPIED = ['boot.js'];

/** Writes a .br and a .gz beside each text file of the build, so that the server compresses nothing while serving. */
export function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'liqpass:precompress',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async closeBundle() {
      for (const file of await readdir(outDir, { recursive: true })) {
        const path = join(outDir, file);
        if (!TEXT.test(file) || (await stat(path)).size < 512) continue;
        const bytes = COPIED.includes(file) ? await minified(path) : await readFile(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        await writeFile(`${path}.br`, brotliCompressSync(bytes, { params }));
        await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** A classic script, minified where it lies. */
async function minified(path: string): Promise<Buffer> {
  const { code, errors } = minifySync(path, await readFile(path, 'utf8'), { module: false });
  if (errors.length > 0)
    throw new Error(`${path} cannot be minified: ${errors.map(({ message }) => message).join('; ')}`);
  await writeFile(path, code);
  return Buffer.from(code);
}
