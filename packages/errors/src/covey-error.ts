import { ERROR_SPECS, type ErrorCode, type ErrorSpec } from './codes.ts';

// `instanceof` fails when two copies of this package meet in one process; a registered symbol does not.
const BRAND = Symbol.for('covey.error');

/** A failure with a stable code. `message` may be shown to a peer; secrets and paths belong in `cause`. */
export class CoveyError extends Error {
  override readonly name = 'CoveyError';
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  /** Small, public, machine-readable facts (ids, limits). */
  readonly data: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }

  get spec(): ErrorSpec {
    return ERROR_SPECS[this.code];
  }

  static is(value: unknown, code?: ErrorCode): value is CoveyError {
    return (
      value instanceof Error &&
      BRAND in value &&
      (code === undefined || (value as CoveyError).code === code)
    );
  }

  /** What may leave the process: anything unforeseen becomes INTERNAL, its text kept as cause. */
  static from(reason: unknown): CoveyError {
    return CoveyError.is(reason)
      ? reason
      : new CoveyError('INTERNAL', 'internal error', { cause: reason });
  }
}

/** A bug of ours. Never caught but at the edge of the process. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** States why something cannot be. @throws {InvariantError} when it is all the same */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantError(why);
}
