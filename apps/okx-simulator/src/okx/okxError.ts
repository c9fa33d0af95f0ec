/** A refusal in the exchange's own words: HTTP status, code, message. Auth errors come without `data`, as recorded. */
export class OkxError extends Error {
  override readonly name = 'OkxError';
  readonly code: string;
  readonly status: number;
  readonly hasData: boolean;
  constructor(code: string, message: string, status = 200, hasData = true) {
    super(message);
    this.code = code;
    this.status = status;
    this.hasData = hasData;
  }
}

const auth = (code: string, message: string): OkxError => new OkxError(code, message, 401, false);

export const noSuchKey = (): OkxError => auth('50119', "API key doesn't exist");
export const invalidKey = (): OkxError => auth('50111', 'Invalid OK-ACCESS-KEY');
export const timestampExpired = (): OkxError => auth('50102', 'Timestamp request expired');
export const timestampInvalid = (): OkxError => auth('50112', 'Invalid OK-ACCESS-TIMESTAMP');
export const signatureInvalid = (): OkxError => auth('50113', 'Invalid Sign');
export const passphraseWrong = (): OkxError => auth('50105', 'Request header OK-ACCESS-PASSPHRASE incorrect.');
export const wrongEnvironment = (): OkxError => auth('50101', 'APIKey does not match current environment.');
export const ipNotListed = (ip: string): OkxError =>
  auth('50110', `Your IP ${ip} is not included in your API key's xxxx IP whitelist.`);
export const noPermission = (): OkxError => auth('50120', "This API key doesn't have permission to use this function");
/** 50103, 50104, 50106, 50107: a header that must be there is not. */
export const headerEmpty = (header: string): OkxError => {
  const codes: Record<string, string> = {
    'OK-ACCESS-KEY': '50103',
    'OK-ACCESS-PASSPHRASE': '50104',
    'OK-ACCESS-SIGN': '50106',
    'OK-ACCESS-TIMESTAMP': '50107',
  };
  return auth(codes[header] ?? '50114', `Request header ${header} cannot be empty.`);
};

export const rateLimited = (status = 429): OkxError => new OkxError('50011', 'Too Many Requests', status);
export const unavailable = (): OkxError =>
  new OkxError('50001', 'Service temporarily unavailable. Try again later', 503);
export const methodNotAllowed = (): OkxError => new OkxError('50115', 'Invalid request method.', 405);
export const notFound = (): OkxError => new OkxError('404', 'Not Found', 404);
export const systemError = (): OkxError => new OkxError('50026', 'System error. Try again later', 500);
export const parameterEmpty = (name: string): OkxError =>
  new OkxError('50014', `Parameter ${name} cannot be empty.`, 400);
export const parameterWrong = (name: string): OkxError => new OkxError('51000', `Parameter ${name} error`, 400);
export const noSuchInstrument = (): OkxError => new OkxError('51001', "Instrument ID or Spread ID doesn't exist.");
export const noSuchOrder = (): OkxError => new OkxError('51603', 'Order does not exist');

export type OkxAnswer = { code: string; msg: string; data?: readonly unknown[] };
export const okxAnswer = (data: readonly unknown[]): OkxAnswer => ({ code: '0', data, msg: '' });
export const okxRefusal = (error: OkxError): OkxAnswer =>
  error.hasData ? { code: error.code, data: [], msg: error.message } : { msg: error.message, code: error.code };
