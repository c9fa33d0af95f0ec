import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { buildLogger } from './logger.ts';

test('removes secrets by name at each depth a line has, headers included, and nothing else', () => {
  const lines: string[] = [];
  const log = buildLogger(
    'test',
    'info',
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  const secrets = { passphrase: 'leaky', 'x-admin-key': 'leaky', authorization: 'leaky' };
  log.info({ ...secrets, claim: 'kept', asked: { ...secrets, of: 'kept', headers: { ...secrets, accept: 'kept' } } });
  const removed = { passphrase: '[removed]', 'x-admin-key': '[removed]', authorization: '[removed]' };
  const { asked, claim, ...rest } = JSON.parse(lines.join('')) as Record<string, unknown>;
  assert.deepEqual(
    { asked, claim },
    {
      claim: 'kept',
      asked: { ...removed, of: 'kept', headers: { ...removed, accept: 'kept' } },
    },
  );
  for (const [name, said] of Object.entries(removed)) assert.equal(rest[name], said);
});

test('hides the id of an order or a claim, and logs a line about neither all the same', () => {
  const lines: string[] = [];
  const log = buildLogger(
    'test',
    'info',
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  log.error({ purchaseOrderId: null, claimId: '00000000-0000-4000-8000-000000000000' }, 'something vanished');
  const { purchaseOrderId, claimId } = JSON.parse(lines.join('')) as Record<string, unknown>;
  assert.deepEqual([purchaseOrderId, claimId], [null, '#db8055e0e0']);
});
