import type { FastifyInstance } from 'fastify';
import { ConfigError, type ServerSettings } from './environment.ts';

/** Listens on HOST and PORT and returns the address; a ConfigError names the one that cannot be had. */
export async function listen(
  app: Pick<FastifyInstance, 'listen'>,
  { host, port }: Pick<ServerSettings, 'host' | 'port'>,
): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new ConfigError(`PORT ${port} is taken on ${host}: stop what listens there, or give another`);
    if (code === 'EACCES') throw new ConfigError(`PORT ${port} needs rights that this process does not have`);
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL' || code === 'EAI_AGAIN' || code === 'EINVAL')
      throw new ConfigError(`HOST is ${JSON.stringify(host)}: it is no address of this machine`);
    throw error;
  }
}
