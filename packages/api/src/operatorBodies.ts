import { OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { visibleName } from './visibleName.ts';

/** PUT /admin/operators/:address */
export const putOperatorBody = z
  .strictObject({ role: z.enum(OPERATOR_ROLES), name: visibleName(60) })
  .meta({ id: 'PutOperator' });
