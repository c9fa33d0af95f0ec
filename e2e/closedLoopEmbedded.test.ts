import { test } from 'node:test';
import { playKilledInTheMiddle } from './killedInTheMiddle.ts';

test(
  'the loop runs over real processes on the embedded database, each killed in the middle',
  { timeout: 300_000 },
  () => playKilledInTheMiddle({}),
);
