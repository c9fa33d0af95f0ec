import type { ReadFile } from '@liqpass/log/checkLog';

const TIMEOUT_MS = 20_000;

/** Reads a file of this server's public log ("checkpoint", "tile/0/000"); null where there is none. */
export const readLogFile: ReadFile = async (path) => {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(`/log/${path}`, { signal: ending.signal });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`/log/${path} answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
};
