import assert from 'node:assert/strict';
import { signingKey, signStatement } from '@liqpass/evidence/attestation';
import { usdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { signCheckpoint } from '@liqpass/log/checkpoint';
import { proofExtra } from '@liqpass/log/checkProof';
import { coverEntryOf, entryBytes, makeOpening, type LogEntry, type Opening } from '@liqpass/log/entry';
import { EMPTY_FRONTIER, frontierRoot, growFrontier, hashEntry, proveInclusion } from '@liqpass/log/merkle';
import { NOTE_KEY, signerKey } from '@liqpass/log/note';
import { PROOF_FILE, type ProofFile } from '@liqpass/log/proofFile';
import { buildSumTree, liabilityPathJson } from '@liqpass/log/sumTree';
import { formatTlogProof } from '@liqpass/log/tlogProof';
import { statementOf } from '@liqpass/proof/statement';
import { proveClaim, verifyClaim } from '@liqpass/proof/verdict';
import { createOkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer } from '@liqpass/testing/okxAnswers';
import { bundleOf, readUntilProven } from '@liqpass/testing/okxReading';

const T0 = 1_760_000_000_000;
export const NOW = T0 + 48 * HOUR_MS;
export const fill = (count: number): Uint8Array => new Uint8Array(count).fill(7);
export const logSigner = signerKey('log.example/liqpass', NOTE_KEY, fill(32));
export const attesting = signingKey(fill(32));
export const ORDER = '0190a1b2-0000-7000-8000-000000000001';

/** Signed evidence of a liquidation; another seed is another position. */
export function madeEvidence(seed = 11) {
  const account = createOkxAccount({ seed });
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '117000' });
  account.trade({ at: T0 + 120 * MINUTE_MS, side: 'sell', sz: '2', px: '111200', kind: 'full_liquidation' });
  account.mark.at = () => '111600';
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(T0 + 10 * MINUTE_MS),
    coverageStartAt: formatIso(T0 + 20 * MINUTE_MS),
    coverageEndAt: formatIso(T0 + 25 * HOUR_MS),
  });
  const { answer, exchanges } = readUntilProven(
    (read) => proveClaim(claim, read, NOW),
    (target) => okxAnswer(account, target, { nowMs: NOW }),
    NOW,
  );
  const bundle = bundleOf('verify', claim, answer, exchanges, NOW);
  const attestation = signStatement(statementOf(bundle, 'https://www.okx.com') ?? assert.fail(), attesting);
  return { bundle, attestation, root: bundle.root, leaves: bundle.leaves };
}

/** The proof file of a cover that was sold, proven and paid, as the policy's page hands it out. */
export async function madeProofFile(
  change: { order?: string; attested?: Record<string, unknown> } = {},
): Promise<ProofFile> {
  const evidence = madeEvidence();
  const of = { order_id: change.order ?? ORDER };
  let salt = 0;
  const random = (count: number): Uint8Array => new Uint8Array(count).fill((salt += 1));
  const openings: Opening[] = [
    makeOpening('sold', { ...of, premium_usdc: '1.00', payout_usdc: '50.00' }, random),
    makeOpening(
      'attested',
      {
        ...of,
        evidence_root: evidence.root,
        verdict: 'LIQUIDATED',
        key_id: evidence.attestation.key_id,
        ...change.attested,
      },
      random,
    ),
    makeOpening('paid', { ...of, payout_usdc: '50.00', tx_hash: `0x${'ab'.repeat(32)}` }, random),
  ];
  const subject = fill(32);
  const owed = [
    { subject, amount: usdc(50_000_000n) },
    { subject: new Uint8Array(32).fill(9), amount: usdc(20_000_000n) },
  ];
  const tree = buildSumTree(owed, () => random(32));
  const at = formatIso(NOW);
  const covers = openings.map((opened) => ({ entry: coverEntryOf(at, opened) as LogEntry, opened }));
  const total: LogEntry = {
    type: 'liabilities',
    at,
    root: tree.root,
    total: '70.00',
    count: 2,
    block: null,
    balance: null,
  };
  const all = [...covers, { entry: total, opened: null }];
  const { frontier, closed } = growFrontier(
    EMPTY_FRONTIER,
    all.map(({ entry }) => hashEntry(entryBytes(entry))),
  );
  const checkpoint = signCheckpoint(
    { origin: logSigner.verifier.name, size: all.length, root: frontierRoot(frontier) },
    logSigner,
  );
  const node = async (level: number, index: number): Promise<Uint8Array> =>
    closed.find((each) => each.level === level && each.index === index)?.hash ?? assert.fail();
  const proofs = await Promise.all(
    all.map(async ({ entry, opened }, index) =>
      formatTlogProof({
        extra: proofExtra(entry, opened),
        index,
        hashes: await proveInclusion(node, index, all.length),
        checkpoint,
      }),
    ),
  );
  return {
    format: PROOF_FILE,
    order_id: ORDER,
    made_at: at,
    evidence,
    entries: proofs.slice(0, -1),
    liability: {
      path: liabilityPathJson({
        subject: `0x${'07'.repeat(32)}`,
        amount: usdc(50_000_000n),
        path: tree.path(subject) ?? assert.fail(),
        root: tree.root,
        total: tree.total,
        at,
      }),
      entry: proofs.at(-1) ?? assert.fail(),
    },
  };
}
