import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Balancer = { readonly url: string; close(): Promise<void> };

/** A plain TCP balancer: each connection goes to the next port that accepts one, and stays there. */
export async function balancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;

  function forward(client: Socket, tries: number): void {
    const port = ports[turn++ % ports.length] ?? 0;
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    open.add(upstream);
    let connected = false;
    upstream.once('connect', () => {
      connected = true;
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => {
      // Refused before a byte was sent: the next one has it. Later, the client sees its connection end.
      if (!connected && tries > 1) forward(client, tries - 1);
      else client.destroy();
    });
    upstream.once('close', () => {
      open.delete(upstream);
      if (connected) client.destroy();
    });
    client.once('close', () => upstream.destroy());
  }

  const server = createServer({ noDelay: true }, (client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    forward(client, ports.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
