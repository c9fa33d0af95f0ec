import { test } from 'node:test';
import { playKilledInTheMiddle } from './killedInTheMiddle.ts';

const postgres = process.env['TEST_DATABASE_URL'];

// A file of its own, so that it runs beside the one on the embedded database; npm test says where PostgreSQL is missing.
if (postgres !== undefined)
  test('the loop runs over real processes on PostgreSQL, each killed in the middle', { timeout: 300_000 }, () =>
    playKilledInTheMiddle({ postgres }),
  );
