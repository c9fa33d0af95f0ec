import { z } from 'zod';
import { hasInvisible } from './pasted.ts';

/** A name that people read: nothing in it that they cannot see. */
export const visibleName = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !hasInvisible(text), 'a name without invisible characters or marks of direction');
