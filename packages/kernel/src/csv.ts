/** What a spreadsheet takes for the beginning of a formula, or skips before looking for one; also as East Asian keyboards write it. */
const BEGINS_A_FORMULA = /^[\s]*[=+\-@＝＋－＠|]|^[\t\r\n]/u;
/** What ends a cell somewhere: spreadsheets of some countries part cells by semicolons. */
const NEEDS_QUOTES = /[",;\t\r\n]/;

/** A cell that a spreadsheet shows and never computes: an apostrophe stands before what would be a formula. */
function cell(text: string): string {
  const inert = BEGINS_A_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** A line of a CSV file (RFC 4180), its end included. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

/** Before the first line: without it spreadsheets read the file in the machine's own encoding. */
export const CSV_BEGIN = '\u{FEFF}';
