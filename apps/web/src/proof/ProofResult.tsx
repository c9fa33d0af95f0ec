import { parseUsdc, formatUsdc } from '@liqpass/kernel/money';
import { formatVkey } from '@liqpass/log/note';
import type { OpenedEntry } from '@liqpass/log/proofFile';
import { VERDICTS } from '@liqpass/kernel/vocabulary';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shortHex } from '../format.ts';
import { Instant } from '../ui/Instant.tsx';
import { CheckIcon } from '../ui/icons.tsx';
import { CopyButton } from '../ui/kit.tsx';
import { MinusIcon } from '../ui/pageIcons.tsx';
import { Note } from '../ui/sheets.tsx';
import type { Believed, Shown } from './judgeProof.ts';

/** What a check found: what is proven and by whom it is signed, what does not hold, and what it cannot show. */
export default function ProofResult({
  shown,
  keys,
  typed = false,
  pending = 0,
}: {
  shown: Shown;
  keys: Believed;
  /** The keys were given by whoever checks. */
  typed?: boolean;
  /** Steps that the log has not published yet. */
  pending?: number;
}) {
  const { t } = useTranslation('proof');
  const { evidence, entries, checkpoint, owed, problems } = shown;
  const isFalse = problems.length > 0;
  const isWhole = evidence?.signedBy && checkpoint && owed?.logged !== null;
  return (
    <div className="grid gap-4 text-sm" aria-live="polite">
      <Note
        tone={isFalse ? 'liq' : 'floor'}
        role="status"
        title={isFalse ? t('result.false') : isWhole ? t('result.holds') : t('result.holds_partly')}
      >
        {isFalse && (
          <ul className="grid gap-2">
            {problems.slice(0, 8).map(({ code, detail }) => (
              <li key={code + detail}>
                {t(`problem.${code}`)}
                <span lang="en" translate="no" className="num block text-xs break-all">
                  {code}: {detail}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Note>
      {!isFalse && <Parts shown={shown} pending={pending} />}
      {!isFalse && entries.length > 0 && <Steps entries={entries} />}
      <details>
        <summary className="cursor-pointer font-semibold">{t('not_shown.title')}</summary>
        <ul className="mt-2 grid list-disc gap-1 pl-5">
          {(['exchange', 'others', 'keys'] as const).map((key) => (
            <li key={key}>{t(`not_shown.${key}`)}</li>
          ))}
          <li>
            {t('not_shown.money')}{' '}
            <Link to="/reserves" className="link">
              {t('reserves.title')}
            </Link>
          </li>
        </ul>
      </details>
      <Keys keys={keys} typed={typed} />
    </div>
  );
}

function Parts({ shown: { evidence, entries, checkpoint, owed }, pending }: { shown: Shown; pending: number }) {
  const { t } = useTranslation('proof');
  const { t: tk } = useTranslation('checks');
  const verdict = VERDICTS.find((each) => each === evidence?.verdict);
  return (
    <ul className="grid gap-3">
      <Part title={t('part.verdict')} there={evidence !== null}>
        {evidence === null
          ? t('part.verdict_none')
          : t('part.verdict_pass', { verdict: verdict ? tk(`verdict.${verdict}`) : (evidence.verdict ?? '–') })}
      </Part>
      {evidence !== null && (
        <Part title={t('part.signature')} there={evidence.signedBy !== null}>
          {evidence.signedBy === null
            ? t('part.signature_none')
            : t('part.signature_pass', { key: evidence.signedBy.keyId, origin: evidence.signedBy.origin })}
        </Part>
      )}
      <Part title={t('part.log')} there={checkpoint !== null && entries.length > 0}>
        {checkpoint === null || entries.length === 0
          ? t('part.log_none')
          : t('part.log_pass', { count: entries.length, origin: checkpoint.origin, size: String(checkpoint.size) })}
        {pending > 0 && <span className="block">{t('part.log_pending', { count: pending })}</span>}
      </Part>
      <Part title={t('part.owed')} there={owed !== null}>
        {owed === null ? (
          t('part.owed_none')
        ) : (
          <>
            {t(owed.logged === null ? 'part.owed_path' : 'part.owed_pass', {
              amount: money(formatUsdc(owed.path.amount)),
              total: money(formatUsdc(owed.path.total)),
              index: String(owed.logged ?? ''),
            })}{' '}
            <Instant at={owed.path.at} seconds={false} />
          </>
        )}
      </Part>
    </ul>
  );
}

/** A part that was checked, or that is not there to be checked; never by colour alone. */
function Part({ title, there, children }: { title: string; there: boolean; children: ReactNode }) {
  const { t } = useTranslation('proof');
  return (
    <li className="grid grid-cols-[auto_1fr] gap-x-2">
      {there ? (
        <CheckIcon size={18} className="mt-0.5 text-floor" />
      ) : (
        <MinusIcon size={18} className="mt-0.5 text-wait" />
      )}
      <div className="min-w-0">
        <p className="font-semibold">
          {title}
          {!there && <span className="font-normal text-wait"> · {t('part.not_there')}</span>}
        </p>
        <p className="break-words">{children}</p>
      </div>
    </li>
  );
}

/** Each step as the log has it, opened. */
function Steps({ entries }: { entries: readonly OpenedEntry[] }) {
  const { t } = useTranslation('proof');
  const { t: tk } = useTranslation('checks');
  const word = (code: string): string => {
    const verdict = VERDICTS.find((each) => each === code);
    const decision = DECISIONS.find((each) => each === code);
    return verdict ? tk(`verdict.${verdict}`) : decision ? t(`decision.${decision}`) : code;
  };
  return (
    <details>
      <summary className="cursor-pointer font-semibold">{t('steps', { count: entries.length })}</summary>
      <ol className="mt-2 grid gap-2">
        {entries.map(({ index, entry, opening }) => (
          <li key={index} className="grid gap-0.5 border-l-2 border-line pl-3">
            <p>
              <span className="font-medium">{t(`entry.${opening.type}`)}</span>{' '}
              <span className="text-muted">{t('entry_number', { index: String(index) })}</span>
            </p>
            <Instant at={entry.at} />
            <p className="num text-xs break-all text-muted">{factsOf(opening, word).join(' · ')}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}

const DECISIONS = ['approved', 'rejected', 'taken_back', 'payment_undone'] as const;

/** What an entry commits to, as far as a reader asks about it; the file has all of it. */
function factsOf(opening: OpenedEntry['opening'], word: (code: string) => string): string[] {
  const amounts = [opening['premium_usdc'], opening['payout_usdc'], opening['amount_usdc']]
    .filter((value) => typeof value === 'string' && parseUsdc(value) !== null)
    .map((value) => `${money(String(value))} USDC`);
  const words = [opening['ord_id'], opening['inst_id'], opening['verdict'], opening['decision'], opening['reason']]
    .filter((value) => typeof value === 'string')
    .map((value) => word(String(value)));
  const hashes = [opening['payee'], opening['evidence_root'], opening['tx_hash']]
    .filter((value) => typeof value === 'string')
    .map((value) => shortHex(String(value)));
  return [...words, ...amounts, ...hashes];
}

function Keys({ keys, typed }: { keys: Believed; typed: boolean }) {
  const { t } = useTranslation('proof');
  const all = [
    ...keys.attestation.map((key) => [t('keys.verdict'), key] as const),
    ...(keys.log === null ? [] : [[t('keys.log'), formatVkey(keys.log)] as const]),
  ];
  return (
    <details>
      <summary className="cursor-pointer font-semibold">{t('keys.title')}</summary>
      <p className="mt-2">{typed ? t('keys.typed') : t('keys.why')}</p>
      <ul className="mt-1">
        {all.map(([label, key]) => (
          <li key={key} className="flex items-center justify-between gap-2">
            <span className="min-w-0">
              {label} <code className="num text-xs break-all">{key}</code>
            </span>
            <CopyButton text={key} label={label} />
          </li>
        ))}
      </ul>
    </details>
  );
}
