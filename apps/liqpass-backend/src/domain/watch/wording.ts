import type { ToldEvent } from '@liqpass/kernel/vocabulary';

/** What an outbox row says of its event: names with short texts. */
export type Facts = Readonly<Record<string, string>>;
/** What happened; what it means and what to do. */
export type Wording = (facts: Facts) => readonly [title: string, text: string];
export type Wordings = Readonly<Record<ToldEvent, Wording>>;
