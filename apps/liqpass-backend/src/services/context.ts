import type { LogContext } from './log/logContext.ts';
import type { LookoutContext } from './watch/lookoutContext.ts';

/**
 * The world, composed in one place for those who build it: the start, the app and the tests. A verb says what it touches by the
 * context of its room, and a room never imports this one.
 */
export type Context = LookoutContext & LogContext;
export type Settings = Context['settings'];
