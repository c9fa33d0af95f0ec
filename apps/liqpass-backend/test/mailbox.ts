import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type Mailbox = {
  readonly url: string;
  readonly mails: { readonly to: string[]; readonly text: string }[];
  /** Refuses every recipient with this code from now on; null: takes them. */
  refuse(code: number | null): void;
};

/** An SMTP server that keeps what it is given. */
export async function mailbox(t: { after(end: () => unknown): void }): Promise<Mailbox> {
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
          text: plain(Buffer.concat(chunks).toString()),
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

/** A mail with its text decoded: base64 where that is not Latin, else quoted-printable, as far as a link needs it. */
function plain(mail: string): string {
  const [head = '', ...body] = mail.split('\r\n\r\n');
  return /^content-transfer-encoding: base64/im.test(head)
    ? `${head}\r\n\r\n${Buffer.from(body.join(''), 'base64').toString()}`
    : mail.replaceAll('=\r\n', '').replaceAll('=3D', '=');
}
