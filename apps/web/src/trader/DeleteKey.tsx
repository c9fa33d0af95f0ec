import { deleteCredential } from '@liqpass/api/credentialCalls';
import type { Credential } from '@liqpass/api/credentials';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { credentialsQuery } from '../data/credentialQueries.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { TrashIcon } from '../ui/pageIcons.tsx';

/** Deletes a key: at once, or when the cover that needs it ends. */
export function DeleteKey({ credential }: { credential: Credential }) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteCredential(api, credential.id),
    onSettled: () => client.invalidateQueries({ queryKey: credentialsQuery.queryKey }),
  });
  return (
    <>
      <Button kind="bare" busy={remove.isPending} aria-label={t('key.delete')} onClick={() => remove.mutate()}>
        <TrashIcon />
      </Button>
      {remove.data?.deletes_when_cover_ends && (
        <p role="status" className="text-sm text-muted">
          {t('key.deletes_later')}
        </p>
      )}
      <ErrorNote error={remove.error} />
    </>
  );
}
