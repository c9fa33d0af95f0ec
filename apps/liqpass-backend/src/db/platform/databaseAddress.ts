import { ConfigError } from '@liqpass/service/environment';
import pg from 'pg';
import { databaseErrorCode, READ_ONLY } from './databaseError.ts';

const FORM = 'postgres://role:password@host:5432/database';

/** Refuses a DATABASE_URL that cannot be one; the sentence says what is wrong and never shows it, for the password is in it. */
export function checkDatabaseAddress(url: string): void {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new ConfigError(
      'DATABASE_URL is not a PostgreSQL address: it must begin with postgres://, or be left out for the embedded database',
    );
  // Behind # nothing is read: the password would be cut, and so would the host behind it.
  if (url.includes('#'))
    throw new ConfigError('DATABASE_URL holds a #: write %23 for it (and %2F for /, %40 for @, %3F for ?, %25 for %)');
  // Without an ending: what must be closed is opened by connecting alone.
  read(url);
}

type Address = { readonly host: string; readonly port: number; readonly role: string; readonly database: string };

function read(url: string): Address {
  try {
    const { host, port, user = '', database = '' } = new pg.Client({ connectionString: url });
    return { host, port, role: user, database };
  } catch (cause) {
    const file =
      databaseErrorCode(cause) === 'ENOENT' && cause instanceof Error && 'path' in cause ? String(cause.path) : null;
    throw new ConfigError(
      file === null
        ? `DATABASE_URL is malformed: write it as ${FORM}, with %23 for #, %2F for /, %40 for @, %3F for ? and %25 for % in role and password`
        : `DATABASE_URL names the file ${file}, which is not there`,
      { cause },
    );
  }
}

const NO_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EINVAL']);
/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and those of OpenSSL's own. */
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/;

/** Which part of DATABASE_URL is wrong, as far as the failed first connection tells: one sentence, without the password. */
export function explainConnection(url: string, cause: unknown): string {
  const code = databaseErrorCode(cause) ?? '';
  if (code === READ_ONLY)
    return 'the database takes no writes: give the address of the primary (or default_transaction_read_only is on for the role, the database or the server)';
  const said = cause instanceof Error && cause.message !== '' ? cause.message : code;
  if (url.startsWith('embedded:')) return `the embedded database does not answer (${said})`;
  const { host, port, role, database } = read(url);
  const at = `${host}:${port}`;
  // PgBouncer says all of its own with one code.
  if (code === '3D000' || /no such database|database ".*" does not exist/.test(said))
    return `the database ${database} is not there: make it (createdb ${database}), or mend the name at the end`;
  if (code === '28P01' || code === '28000' || said.startsWith('SASL')) {
    if (/certificate/.test(said))
      return `${at} asks for a client certificate of the role ${role}: give sslcert and sslkey (${said})`;
    if (/does not exist|no such user/.test(said))
      return `the role ${role} is not there: make it (createuser ${role}), or mend the name`;
    if (/pg_hba|not permitted to log in/.test(said))
      return `${at} does not let the role ${role} in from here (${said})`;
    return `the password of the role ${role} is wrong or missing`;
  }
  if (/password|auth(?:entication)? failed/i.test(said))
    return `the password of the role ${role} is wrong or missing, or the role is not there`;
  if (CERTIFICATE.test(code))
    return `the certificate of ${host} is not trusted (${code}): give sslrootcert, or mend the host`;
  if (/does not support SSL/.test(said)) return `${at} speaks no TLS: leave sslmode out, or switch TLS on there`;
  if (NO_HOST.has(code)) return `the host ${host} is not found (${code})`;
  if (code === 'ECONNREFUSED')
    return `nothing answers at ${at} (${code}): start PostgreSQL there, or mend host and port`;
  if (code === 'ETIMEDOUT' || /timeout/.test(said))
    return `the host ${host} does not answer at port ${port}: mend the host, or let this machine through its firewall`;
  return `the database does not answer (${code === '' ? said : code})`;
}
