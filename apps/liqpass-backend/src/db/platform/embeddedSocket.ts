import type { PGlite } from '@electric-sql/pglite';
import { Duplex } from 'node:stream';

/** AuthenticationOk and ReadyForQuery: inside one's own process there is nobody to keep out. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const TERMINATE = 'X'.charCodeAt(0);

/** PostgreSQL's protocol to the embedded database and back: what it answers to whole messages. */
async function answerOf(lite: PGlite, messages: Uint8Array): Promise<Buffer> {
  const parts: Buffer[] = [];
  // Streamed, because execProtocolRaw also parses every answer and keeps it for ever.
  await lite.execProtocolRawStream(messages, {
    // What comes is a view of the database's memory, which the next message overwrites.
    onRawData: (data) => void parts.push(Buffer.from(data)),
  });
  return Buffer.concat(parts);
}

/**
 * A socket, as the driver sees it, whose other end is the embedded database. The driver holds back what belongs to a statement
 * (parse, bind, describe, execute, sync) until it is whole, so that each enters the database once.
 */
export class EmbeddedSocket extends Duplex {
  readonly #lite: PGlite;
  #welcomed = false;

  constructor(lite: PGlite) {
    super();
    this.#lite = lite;
  }

  // What the driver calls of a socket.
  connect(): void {
    process.nextTick(() => this.emit(this.destroyed ? 'close' : 'connect'));
  }
  setNoDelay(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}
  override _write(messages: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#exchange(messages).then(() => done(), done);
  }
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#exchange(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }
  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  async #exchange(messages: Buffer): Promise<void> {
    if (!this.#welcomed) {
      // The driver's first message says who it is.
      this.#welcomed = true;
      this.push(WELCOME);
    } else if (messages[0] !== TERMINATE) this.push(await answerOf(this.#lite, messages));
  }
}
