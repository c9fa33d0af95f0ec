import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CrossIcon } from './icons.tsx';
import { Button } from './kit.tsx';

/**
 * Native <dialog>: focus trap, inert background and Esc without a library, and without the injected <style> that a strict
 * CSP silently drops. A sheet from below on phones.
 */
export function Modal({ title, onClose, children }: { title: ReactNode; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { t } = useTranslation();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    // React's autoFocus sets no attribute, so showModal() alone would pick the close button.
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      // Where that is gone, useKeptFocus finds the next place.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-0 mt-auto w-full max-w-full rounded-t-lg border border-line bg-surface p-0 text-ink backdrop:bg-[#000]/55 sm:m-auto sm:w-110 sm:rounded-lg"
    >
      <div className="grid gap-4 p-5 pb-[max(20px,env(safe-area-inset-bottom))]">
        <div className="flex items-start justify-between gap-4">
          <h2 id={id} className="pt-1.5 text-lg">
            {title}
          </h2>
          <Button kind="bare" size="sm" className="-mt-0.5 -mr-2" aria-label={t('close')} onClick={onClose}>
            <CrossIcon size={20} />
          </Button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
