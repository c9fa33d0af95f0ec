import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OkxRows } from './okxAnswers.ts';
import type { Row } from './okxAccount.ts';

const FOLDER = resolve(import.meta.dirname, '../../../../shared/okx/recordings');
export const LIQUIDATION_RECORDING = 'liquidation-2939942264028307457';
export const ROUND_TRIP_RECORDING = 'round-trip-2938801601245126656';

/** Why a test of the recordings is skipped; false where they are there. They are not part of the repository. */
export function recordingsMissing(): string | false {
  if (existsSync(FOLDER)) return false;
  return 'THE RECORDINGS ARE NOT HERE: this test needs the folder ../shared/okx/recordings beside the checkout';
}

export function readRecording(file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}
const rows = (folder: string, file: string): Row[] => {
  const read = readRecording(`${folder}/${file}.json`);
  return (Array.isArray(read) ? read : [read]) as Row[];
};

const closed = (row: Row): Row => ({
  instId: 'BTC-USDT-SWAP',
  instType: 'SWAP',
  mgnMode: 'isolated',
  posSide: 'long',
  direction: 'long',
  ccy: 'USDT',
  lever: '100.0',
  ...row,
});
const account = (row: {
  folder: string;
  orders: string[];
  bills: string[];
  fills: string[];
  history: Row;
}): OkxRows => ({
  instId: 'BTC-USDT-SWAP',
  config: { uid: '446001', mainUid: '446001', perm: 'read_only', ip: '', label: '' },
  orders: row.orders.flatMap((file) => rows(row.folder, file)),
  bills: row.bills.flatMap((file) => rows(row.folder, file)),
  fills: row.fills.flatMap((file) => rows(row.folder, file)),
  history: [closed(row.history)],
  mark: { at: () => '117000' },
  positions: () => [],
});

/** The account of the recorded liquidation; its history row was not recorded and is what fits the rest. */
export const recordedLiquidation = (): OkxRows =>
  account({
    folder: LIQUIDATION_RECORDING,
    orders: ['open-order', 'forced-order'],
    bills: ['open-bills', 'forced-bills'],
    fills: ['open-fills', 'forced-fills'],
    history: {
      posId: '2939942264095416320',
      cTime: '1760119507155',
      uTime: '1760123344933',
      type: '3',
      triggerPx: '117011.2',
      openMaxPos: '0.64',
      closeTotalPos: '0.64',
      realizedPnl: '-7.90322816',
    },
  });

/** The account of the recorded round trip, closed by the trader. */
export const recordedRoundTrip = (): OkxRows =>
  account({
    folder: ROUND_TRIP_RECORDING,
    orders: ['open-order', 'close-order'],
    bills: ['bills'],
    fills: ['open-fills', 'close-fills'],
    history: {
      posId: '2938806606056431617',
      cTime: '1760085661908',
      uTime: '1760085837858',
      type: '2',
      triggerPx: '',
      openMaxPos: '0.78',
      closeTotalPos: '0.78',
      realizedPnl: '-0.34752549',
    },
  });
