import { formatIso, parseIso } from '@liqpass/kernel/time';
import { z } from 'zod';

/** An instant as the log writes it, and no other spelling: ISO 8601 with milliseconds and Z, of a day that exists. */
export const instant = z.string().refine((text) => {
  const ms = parseIso(text);
  return ms !== null && formatIso(ms) === text;
}, 'an instant with milliseconds and Z');
