import type { FuzzTarget } from '../fuzz-target.ts';

/** A bug for the tests: with this first byte nothing but a watchdog on another thread gets out. */
export const LOOPS = 0x4c;

export function open(): FuzzTarget {
  return { seeds: [new Uint8Array(5)], run };
}

function run(input: Uint8Array): number {
  let at = 1;
  while (at < input.length) {
    if (input[0] !== LOOPS) at++;
  }
  return at;
}
