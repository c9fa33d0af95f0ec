import { evidenceBundle } from '@liqpass/evidence/bundle';
import { z } from 'zod';

const config = z.object({ data: z.array(z.object({ mainUid: z.string().regex(/^\d{1,25}$/) })).min(1) });

const answered = z.object({ evidence: z.object({ bundle: z.unknown() }) });

/** The main account that the exchange answered about, as the evidence of jp-verify's answer has it; null where it does not say. */
export function accountOf(verdict: unknown): string | null {
  const bundle = answered.safeParse(verdict);
  const kept = evidenceBundle.safeParse(bundle.success ? bundle.data.evidence.bundle : null);
  if (!kept.success) return null;
  const answer = kept.data.exchanges.findLast(({ path, status }) => path.endsWith('-account-config') && status === 200);
  if (!answer || answer.body === null || answer.body_encoding !== 'utf8') return null;
  try {
    const read = config.safeParse(JSON.parse(answer.body));
    return read.success ? (read.data.data[0]?.mainUid ?? null) : null;
  } catch {
    return null; // Not JSON: then it does not say.
  }
}
