import { createTransport } from 'nodemailer';
import type { Message } from '../../domain/watch/message.ts';
import { failed, SENT, type Sending } from './tellingContext.ts';

const TIMEOUT_MS = 10_000;

/** Sends an e-mail as plain text. The Message-ID is the same each time it is tried, so that a mailbox shows it once. */
export async function sendMail(
  { smtpUrl, from }: { smtpUrl: string; from: string },
  to: string,
  { title, text, link }: Message,
  id: string,
): Promise<Sending> {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      // As an object, so that nothing in it is read as a second address.
      to: { name: '', address: to },
      subject: title,
      text: `${text}\n\n${link}\n`,
      messageId: `<${id}@${from.split('@').at(-1)?.replace(/>$/, '') ?? 'liqpass'}>`,
      headers: { 'auto-submitted': 'auto-generated' },
    });
    return SENT;
  } catch (error) {
    const status = error instanceof Error && 'responseCode' in error ? error.responseCode : null;
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ETIMEDOUT') return failed('TIMEOUT');
    if (typeof status !== 'number') return failed('UNREACHABLE');
    // 5xx about the recipient is for good; about the login it is ours to mend.
    return failed('REFUSED', status >= 550 && status <= 559);
  } finally {
    transport.close();
  }
}
