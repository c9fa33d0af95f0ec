import { CLAIM_STATUSES, OPERATOR_ROLES, PURCHASE_ORDER_STATUSES } from '@liqpass/kernel/vocabulary';
import { useTranslation } from 'react-i18next';
import { Address } from './Address.tsx';

/** Steps that have a name in each language; another is shown by its code. */
const AUDIT_ACTIONS = [
  'create',
  'bind',
  'release_binding',
  'watch_on',
  'watch_off',
  'cancel',
  'report_payment',
  'set_payout_address',
  'mark_paid',
  'mark_paid_again',
  'check_waiting',
  'file',
  'retry',
  'verify',
  'release_hold',
  'approve',
  'reject',
  'take_back',
  'set_payee',
  'make_batch',
  'drop_batch',
  'undo_paid',
  'assign_transfer',
  'drop_transfer',
  'refund',
  'register',
  'delete',
  'sign_in',
  'sign_out',
  'revoke',
  'put_operator',
  'remove_operator',
  'stop_sales',
  'resume_sales',
  'one_person_shop',
  'note',
  'name_address',
  'forget_address',
] as const;

/** The words of the audit trail: its codes as a reader's language has them. A claim's "mark paid" is a payout. */
export function useAuditWords(): {
  action: (code: string, to: string | null) => string;
  status: (code: string | null) => string;
} {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  return {
    action(code, to) {
      if (code === 'mark_paid' && to === 'PAID') return t('action.pay_out');
      const known = AUDIT_ACTIONS.find((each) => each === code);
      return known ? t(`action.${known}`) : code;
    },
    status(code) {
      const claim = CLAIM_STATUSES.find((each) => each === code);
      if (claim) return ts(`claim_status.${claim}`);
      const order = PURCHASE_ORDER_STATUSES.find((each) => each === code);
      if (order) return ts(`order_status.${order}`);
      const role = OPERATOR_ROLES.find((each) => each === code);
      return role ? t(`role.${role}`) : (code ?? '');
    },
  };
}

/** What an actor is called where there is room for a name alone. */
export const nameOfActor = (name: string): string => name.replace(/^[a-z]+:/, '');

/** Who did it: an operator by name, a wallet by its address, LiqPass itself, or the key that was used. */
export function Actor({ name }: { name: string }) {
  const { t } = useTranslation('admin');
  const [kind = '', ...rest] = name.split(':');
  const who = rest.join(':');
  if (kind === 'wallet') return <Address value={who} label={t('actor.wallet')} />;
  if (kind === 'operator') return <span className="break-words">{who}</span>;
  if (name === 'system') return t('actor.system');
  if (name === 'watch') return t('actor.watch');
  if (name === 'trader') return t('actor.trader');
  if (kind === 'admin' || kind === 'internal') return t(`actor.${kind}`, { name: who });
  return <span className="break-words">{name}</span>;
}
