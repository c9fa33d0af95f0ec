import { z } from 'zod';
import { visibleName } from './visibleName.ts';

/** POST /admin/purchase-orders/:id/notes: kept as it is, for operators alone. */
export const writeNoteBody = z.strictObject({ text: z.string().trim().min(1).max(2000) }).meta({ id: 'WriteNote' });
/** PUT /admin/addresses/:address */
export const nameAddressBody = z.strictObject({ name: visibleName(60) }).meta({ id: 'NameAddress' });
