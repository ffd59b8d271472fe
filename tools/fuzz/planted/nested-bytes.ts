import type { FuzzTarget } from '../fuzz-target.ts';

/** A bug for the tests: behind three comparisons, which blind chance passes once in 2^24 inputs. */
export function open(): FuzzTarget {
  return { seeds: [new Uint8Array(8)], run };
}

function run(input: Uint8Array): boolean {
  if (input[1] === 0x43) {
    if (input[3] === 0xf6) {
      if (input[6] === 0x99) {
        throw new TypeError('the planted bug');
      }
    }
  }
  return true;
}
