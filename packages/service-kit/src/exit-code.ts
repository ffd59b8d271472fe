import { CoveyError } from '@covey/errors';

/** The code a program ends with: 78 (`EX_CONFIG` of sysexits.h) for its configuration, else 1. */
export function exitCodeOf(reason: unknown): number {
  return CoveyError.is(reason, 'CONFIG_INVALID') ? 78 : 1;
}
