import type { Reserves } from '@liqpass/api/treasury';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { CheckIcon } from '../ui/icons.tsx';
import { Button } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Facts, Note, Sheet } from '../ui/sheets.tsx';

/** The sum of what is owed as the public log has it, and its check in this browser. */
export function LoggedTotal({ liabilities }: { liabilities: Reserves['liabilities'] }) {
  const { t } = useTranslation('proof');
  const check = useMutation({
    mutationFn: async (shown: NonNullable<Reserves['liabilities']>) =>
      (await import('./checkTotal.ts')).checkTotal(shown),
  });
  const found = check.data;
  return (
    <Sheet title={t('reserves.logged')}>
      {liabilities === null ? (
        <p className="p-4 text-sm text-muted">{t('reserves.no_log')}</p>
      ) : (
        <div className="grid gap-4 p-4 text-sm">
          <Facts
            rows={[
              [t('reserves.total'), <Money key="t" usdc={liabilities.total} />],
              [
                t('reserves.parts'),
                <span key="c" className="num">
                  {price(String(liabilities.count))}
                </span>,
              ],
              [t('reserves.logged_at'), <Instant key="a" at={liabilities.at} />],
              [
                t('reserves.entry'),
                <span key="e" className="num">
                  {liabilities.log_index}
                </span>,
              ],
              [t('reserves.root'), <Hash key="r" value={liabilities.root} label={t('reserves.root')} />],
            ]}
          />
          <div>
            <Button kind="quiet" busy={check.isPending} onClick={() => check.mutate(liabilities)}>
              <CheckIcon size={16} /> {t('reserves.check')}
            </Button>
          </div>
          <ErrorNote error={check.error} />
          {found && (
            <Note
              role="status"
              tone={found.problem === null ? 'floor' : 'liq'}
              title={found.problem === null ? t('reserves.check_ok') : t('reserves.check_bad')}
            >
              {found.problem === null ? (
                <>
                  {t('reserves.check_found', {
                    index: String(found.index),
                    size: String(found.size),
                    origin: found.origin,
                  })}
                  {found.balance !== null && (
                    <span className="block">
                      {t('reserves.check_balance', { amount: price(found.balance), block: price(String(found.block)) })}
                    </span>
                  )}
                </>
              ) : (
                <span lang="en" translate="no" className="num text-xs">
                  {found.problem}
                </span>
              )}
            </Note>
          )}
        </div>
      )}
    </Sheet>
  );
}
