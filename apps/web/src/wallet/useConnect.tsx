import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNamespace } from '../i18n.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Modal } from '../ui/Modal.tsx';
import type ConnectDialog from './ConnectDialog.tsx';

type Shown = { Dialog: typeof ConnectDialog } | { error: unknown } | null;

/** Opens the dialog that connects and signs in. Its code is fetched when it is first wanted, which may fail. */
export function useConnect(): { connect: () => void; dialog: ReactNode } {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>(null);
  const close = (): void => setShown(null);
  return {
    connect: () =>
      void Promise.all([import('./ConnectDialog.tsx'), loadNamespace('shared')]).then(
        ([module]) => setShown({ Dialog: module.default }),
        (error: unknown) => setShown({ error }),
      ),
    dialog:
      shown === null ? null : 'Dialog' in shown ? (
        <shown.Dialog onClose={close} />
      ) : (
        <Modal title={t('wallet.connect')} onClose={close}>
          <ErrorNote error={shown.error} />
        </Modal>
      ),
  };
}
