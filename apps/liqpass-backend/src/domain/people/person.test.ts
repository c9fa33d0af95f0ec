import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSamePerson, type Party } from './person.ts';

const wallet = (name: string, address: string): Party => ({ name: `operator:${name}`, identity: `wallet:${address}` });
const key = (name: string): Party => ({ name: `admin:${name}`, identity: `admin:${name}` });

test('a wallet and a key of one name are one person, whatever they are called later', () => {
  assert.equal(isSamePerson(wallet('Ada', '0x1'), wallet('Adele', '0x1')), true);
  assert.equal(isSamePerson(wallet('Ada', '0x1'), key('ada')), true);
  assert.equal(isSamePerson(key(' ADA'), wallet('Ada', '0x1')), true);
  assert.equal(isSamePerson(wallet('Ada', '0x1'), wallet('Bob', '0x2')), false);
  assert.equal(isSamePerson(wallet('Ada', '0x1'), key('bob')), false);
});

test('a machine is no person of that name, and a key without a name is nobody’s second', () => {
  assert.equal(isSamePerson(wallet('Ada', '0x1'), key('machine:ada')), false);
  assert.equal(isSamePerson(key('machine:ada'), key('machine:ada')), true);
  assert.equal(isSamePerson(wallet('Ada', '0x1'), key('default')), true);
  assert.equal(isSamePerson(key('default'), wallet('Ada', '0x1')), false);
});
