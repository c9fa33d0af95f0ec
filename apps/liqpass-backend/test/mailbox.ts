import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';

export type Mailbox = {
  readonly url: string;
  readonly mails: { readonly to: string[]; readonly text: string }[];
  /** Refuses every recipient with this code from now on; null: takes them. */
  refuse(code: number | null): void;
};

/** An SMTP server that keeps what it is given. */
export async function mailbox(t: TestContext): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  let refusing: number | null = null;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, done) =>
      refusing === null ? done() : done(Object.assign(new Error('not now'), { responseCode: refusing })),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          // Quoted-printable, as far as a link needs it.
          text: Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '='),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, mails, refuse: (code) => void (refusing = code) };
}
