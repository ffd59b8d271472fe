import { CoveyError } from '@covey/errors';

/** A verdict on foreign data, as a value. `found` says what was there instead, fit to be shown. */
export type Judged<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly found: string };

export function accepted<T>(value: T): Judged<T> {
  return { ok: true, value };
}

export function refused(found: string): Judged<never> {
  return { ok: false, found };
}

/** Turns what a reader throws at foreign data into a verdict; bugs of ours pass through. */
export function judged<T>(read: () => T): Judged<T> {
  try {
    return accepted(read());
  } catch (reason) {
    if (CoveyError.is(reason)) return refused(reason.message);
    throw reason;
  }
}
