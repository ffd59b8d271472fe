import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { CoveyError, ERROR_SPECS, type ErrorCode } from '@covey/errors';
import { Failure } from '@covey/grpc-api';
import { checkFailure } from './bounds.ts';

/** Trailer of a failed Invite, Link or Channel call: a `Failure`, encoded. */
const TRAILER = 'covey-failure-bin';

/** What of a failure crosses the wire: code, public message, public data. */
export function failureOf(reason: unknown): Failure {
  const { code, message, data } = CoveyError.from(reason);
  const failure = { code, message, data: new Map(Object.entries(data)) };
  try {
    checkFailure(failure);
    return failure;
  } catch {
    // Facts that are too long to be sent are left out; the code is what callers act on.
    return { code, message: ERROR_SPECS[code].title, data: new Map() };
  }
}

/** A peer's failure as our error. A code that we don't know is INTERNAL; its words are the peer's. */
export function errorOf(failure: Failure): CoveyError {
  try {
    checkFailure(failure);
  } catch (cause) {
    return new CoveyError('INTERNAL', 'the other device failed beyond the limits', { cause });
  }
  const data = Object.fromEntries(failure.data);
  return new CoveyError(knownCode(failure.code), failure.message, { data });
}

/** The code, if it is in our table. */
function knownCode(code: string): ErrorCode {
  return Object.hasOwn(ERROR_SPECS, code) ? (code as ErrorCode) : 'INTERNAL';
}

/** A failure of ours as the status and trailer of a gRPC call. */
export function statusOf(reason: unknown): StatusObject {
  const error = CoveyError.from(reason);
  const metadata = new Metadata();
  metadata.set(TRAILER, Buffer.from(Failure.encode(failureOf(error)).finish()));
  return { code: status[error.spec.grpc], details: error.message, metadata };
}

/** A failed gRPC call as our error: by the trailer, else by the status, which intermediate layers set. */
export function errorOfStatus(failed: ServiceError): CoveyError {
  const [trailer] = failed.metadata?.get(TRAILER) ?? [];
  if (trailer instanceof Uint8Array) {
    try {
      return errorOf(Failure.decode(trailer));
    } catch (cause) {
      return new CoveyError('INTERNAL', 'the other device failed unreadably', { cause });
    }
  }
  return new CoveyError(codeOfStatus(failed.code), 'the connection to the other device failed', {
    cause: failed,
  });
}

/** Whether gRPC made this: a status with its trailer. */
export function isServiceError(reason: unknown): reason is ServiceError {
  return reason instanceof Error && 'metadata' in reason && 'code' in reason;
}

function codeOfStatus(code: status): ErrorCode {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return 'DEADLINE_EXCEEDED';
    case status.RESOURCE_EXHAUSTED:
      return 'MESSAGE_TOO_LARGE';
    case status.UNIMPLEMENTED:
      return 'PEER_VERSION_UNSUPPORTED';
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return 'PEER_UNREACHABLE';
    default:
      return 'INTERNAL';
  }
}
