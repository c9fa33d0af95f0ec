import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';

/** The last word before something happens: what exactly, what it asks for, and one button that does it. */
export function StepForm({
  title,
  why,
  button,
  danger = false,
  asksNothing = false,
  busy,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  why: string;
  button?: string;
  danger?: boolean;
  /** Nothing is typed: the button itself has the focus. */
  asksNothing?: boolean;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation('admin');
  return (
    <Modal title={title} onClose={onClose}>
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) onSubmit();
        }}
      >
        <p className="text-sm text-muted">{why}</p>
        {children}
        <ErrorNote error={error} />
        <div className="flex justify-end gap-3">
          <Button kind="quiet" onClick={onClose}>
            {t('decide.cancel')}
          </Button>
          <Button
            type="submit"
            busy={busy}
            kind={danger ? 'danger' : 'solid'}
            {...(asksNothing ? { 'data-autofocus': true } : {})}
          >
            {button ?? t('decide.confirm')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
