/** What an exchange key consists of. It never leaves the process, is never logged, and is in no evidence. */
export type OkxCredential = { readonly apiKey: string; readonly secretKey: string; readonly passphrase: string };
