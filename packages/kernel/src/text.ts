/** Whether a database keeps `text` as it is: no NUL, and no half of a surrogate pair (JSON can spell both, PostgreSQL refuses them). */
export const isKeepableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Whether every string of a JSON value, keys included, is text that can be kept; any depth, without recursion. */
export function holdsKeepableText(json: unknown): boolean {
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') {
      if (!isKeepableText(value)) return false;
    } else if (Array.isArray(value)) open.push(...(value as readonly unknown[]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) open.push(key, each);
  }
  return true;
}

/** Controls, line ends of Unicode, what turns the direction of writing, and what takes no room: they can make a line say something else. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Foreign text as it may be printed in one line of a terminal: what cannot be seen is spelled out ("\u{1b}"). */
export const printable = (text: string): string =>
  text.replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
