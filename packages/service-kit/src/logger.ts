import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';

/**
 * Field names whose value never reaches a log, at the top and one or two levels down. This is the
 * net, not the plan: code does not log these in the first place.
 */
const NEVER_LOGGED = [
  'privateKey',
  'password',
  'passphrase',
  'pin',
  'token',
  'secret',
  'authorization',
  'cookie',
  'endpoint',
  'p256dh',
  'auth',
  'body',
  'displayName',
  'certificate',
  'pem',
] as const;

const STDERR = 2;

/** Settings of a logger. */
export interface LoggerSettings {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** The program's name, on every line. */
  readonly name: string;
  /** Where lines of JSON go; stderr unless told otherwise, since stdout belongs to data. */
  readonly destination?: DestinationStream;
}

/** A logger with the house's redaction; parts of a program take `logger.child({ part })`. */
export function makeLogger({ level, name, destination }: LoggerSettings): Logger {
  const paths = NEVER_LOGGED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    { level, name, redact: { paths, censor: '[redacted]' } },
    destination ?? fileDestination({ dest: STDERR, sync: true }),
  );
}
