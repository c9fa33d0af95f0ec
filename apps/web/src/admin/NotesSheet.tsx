import { writeNote } from '@liqpass/api/deskCalls';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { useStored } from '../data/stored.ts';
import { span } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Actor } from './auditWords.tsx';
import { api } from './operatorApi.ts';
import { orderNotesQuery } from './queries.ts';
import { TextField } from './stepFields.tsx';
import { useMay } from './useOperator.ts';

/** Who else has this order or its claim open at this moment: two people need not decide the same thing. */
export function OpenElsewhere({ orderId }: { orderId: string }) {
  const { t } = useTranslation('admin');
  const others = useQuery(orderNotesQuery(orderId)).data?.looks.filter((each) => each.open && !each.you) ?? [];
  if (others.length === 0) return null;
  return (
    <Note tone="wait" role="status" title={t('notes.open_now')}>
      <span className="flex flex-wrap gap-x-3">
        {others.map((each) => (
          <Actor key={each.by} name={each.by} />
        ))}
      </span>
    </Note>
  );
}

/** What operators wrote of an order and its claim, and who looked at them; traders see neither. Shown, it says that the page is open. */
export function NotesSheet({ orderId }: { orderId: string }) {
  const { t, i18n } = useTranslation('admin');
  const client = useQueryClient();
  const query = orderNotesQuery(orderId);
  const notes = useQuery(query);
  const now = useNow(30_000);
  const mayWrite = useMay('reviewer');
  const [text, setText] = useStored(`lp.note.${orderId}`, z.string(), '');
  const [wrong, setWrong] = useState(false);
  const write = useMutation({
    mutationFn: () => writeNote(api, orderId, { text }),
    onSuccess: (answer) => {
      client.setQueryData(query.queryKey, answer);
      setText('');
    },
  });
  const looked = notes.data?.looks.filter((each) => !each.you) ?? [];
  return (
    <Sheet title={t('notes.title')}>
      <div className="grid gap-4 p-4 text-sm">
        <ErrorNote error={notes.error} onRetry={() => void notes.refetch()} />
        {notes.data?.notes.length === 0 && <p className="text-muted">{t('notes.none')}</p>}
        <ul className="grid gap-3">
          {notes.data?.notes.map((note) => (
            <li key={note.id} className="grid gap-0.5 border-l-2 border-edge pl-3">
              <span className="break-words whitespace-pre-wrap">{note.text}</span>
              <span className="flex flex-wrap gap-x-3 text-muted">
                <Actor name={note.by} /> <Instant at={note.at} />
              </span>
            </li>
          ))}
        </ul>
        {mayWrite && (
          <form
            className="grid gap-3"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              setWrong(text.trim() === '');
              if (text.trim() !== '' && !write.isPending) write.mutate();
            }}
          >
            <TextField
              label={t('notes.write')}
              hint={t('notes.hint')}
              value={text}
              onChange={setText}
              most={2000}
              error={wrong ? t('decide.text_needed') : undefined}
            />
            <ErrorNote error={write.error} />
            <div>
              <Button type="submit" kind="quiet" size="sm" busy={write.isPending}>
                {t('notes.keep')}
              </Button>
            </div>
          </form>
        )}
        {looked.length > 0 && (
          <div className="grid gap-1 border-t border-line pt-3">
            <h3 className="font-semibold">{t('notes.looked')}</h3>
            <ul className="grid gap-1 text-muted">
              {looked.map((each) => (
                <li key={each.by} className="flex flex-wrap justify-between gap-x-3">
                  <Actor name={each.by} />
                  <span title={each.last_at}>
                    {each.open
                      ? t('notes.open')
                      : t('notes.ago', { span: span(now - Date.parse(each.last_at), i18n.language) })}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Sheet>
  );
}
