import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const script = join(import.meta.dirname, 'secondLog.py');

function pythonMissing(): string | false {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    const why = 'python3 is not installed (Debian: apt-get install python3): the second checker of the log did not run';
    if (process.env['CI'] === 'true') throw new Error(why);
    return why;
  }
}

/** Why the second checker cannot run here, or false; with CI=true it must run. */
export const secondLogMissing: string | false = pythonMissing();

/** What secondLog.py is asked; bytes are base64. */
export type Question =
  | { readonly ask: 'note'; readonly key: string; readonly note: string }
  | {
      readonly ask: 'checkpoint';
      readonly key: string;
      readonly origin?: string;
      readonly witnesses?: readonly string[];
      readonly note: string;
    }
  | {
      readonly ask: 'log';
      readonly key: string;
      readonly witnesses?: readonly string[];
      /** A folder or URL; or `files`, path to bytes. */
      readonly place?: string;
      readonly files?: Readonly<Record<string, string>>;
      /** A checkpoint seen before. */
      readonly old?: string;
    }
  | {
      readonly ask: 'proof';
      readonly key: string;
      readonly origin?: string;
      readonly witnesses?: readonly string[];
      readonly proof: string;
      /** The entry's bytes, when the proof does not say them. */
      readonly entry?: string;
    }
  | {
      readonly ask: 'inclusion';
      readonly leaf: string;
      readonly index: number;
      readonly size: number;
      readonly root: string;
      readonly path: readonly string[];
    }
  | {
      readonly ask: 'consistency';
      readonly old: number;
      readonly oldRoot: string;
      readonly size: number;
      readonly root: string;
      readonly path: readonly string[];
    }
  | {
      readonly ask: 'paths';
      readonly leaves: readonly string[];
      readonly indexes: readonly number[];
      readonly olds: readonly number[];
    }
  | { readonly ask: 'path'; readonly path: string };

const paths = z.array(z.array(z.string()));
const answer = z.object({
  holds: z.boolean(),
  why: z.string().optional(),
  size: z.int().optional(),
  root: z.string().optional(),
  index: z.int().optional(),
  cosigned: z.record(z.string(), z.int().nullable()).optional(),
  total: z.string().optional(),
  inclusion: paths.optional(),
  consistency: paths.optional(),
});
export type Answer = z.infer<typeof answer>;

export type SecondLog = {
  ask(question: Question): Promise<Answer>;
  close(): void;
};

/** Starts the second checker, which shares no line of code with packages/log, as a process that answers in turn. */
export function startSecondLog(): SecondLog {
  const child = spawn('python3', [script, 'lines'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: PromiseWithResolvers<Answer>[] = [];
  let over: Error | null = null;
  child.stdin.on('error', () => {
    // Said by 'close', with everything that waits.
  });
  child.on('close', (code) => {
    over = new Error(`the second checker ended with ${String(code)}`);
    for (const { reject } of waiting.splice(0)) reject(over);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const first = waiting.shift();
    const read = answer.safeParse(JSON.parse(line));
    if (read.success) first?.resolve(read.data);
    else first?.reject(read.error);
  });
  return {
    async ask(question) {
      if (over) throw over;
      const asked = Promise.withResolvers<Answer>();
      waiting.push(asked);
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return asked.promise;
    },
    close() {
      child.stdin.end();
    },
  };
}
