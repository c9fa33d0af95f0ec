import { asked } from './asked.ts';
import { learnTime } from './serverTime.ts';
import { noteExchange } from './trial.ts';
import { isOnline, noteAnswer } from './useOnline.ts';

/** What every client of a page has in common: what was asked before it was there, and what it learns from each answer. */
export const connection = {
  isOnline,
  asked,
  heard(response: Response, askedAtMs: number): void {
    learnTime(response, askedAtMs);
    noteExchange(response);
    noteAnswer(askedAtMs);
  },
};
