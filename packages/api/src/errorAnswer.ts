import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** What a refusal looks like, on every route. */
export const errorAnswer = z
  .strictObject({
    error: z.enum(ERROR_CODES),
    message: z.string(),
    requestId: z.string(),
    params: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Error', description: 'A refusal: a code of docs/errors.md, a sentence for a person, the request id' });
export type ErrorAnswer = z.infer<typeof errorAnswer>;
