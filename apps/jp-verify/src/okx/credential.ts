/** What an exchange key consists of. It never leaves the process, is never logged, and is in no evidence. */
export type OkxCredential = { readonly apiKey: string; readonly secretKey: string; readonly passphrase: string };

/** Whether the text can stand in an HTTP header; anything else could not be a key of the exchange. */
export const isHeaderText = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text);
