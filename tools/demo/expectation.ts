/** The demo saw something else than it promises. The message says what was expected, for a person. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** @throws {Unexpected} */
export function expectThat(holds: boolean, expected: string): asserts holds {
  if (!holds) throw new Unexpected(expected);
}

/** Far more than any step takes: whoever waits so long waits for ever. */
const DEADLINE_MS = 60_000;

/** The promise, unless it takes too long. @throws {Unexpected} */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Unexpected(`${what}; nothing of it in ${DEADLINE_MS / 1000} s`));
  }, DEADLINE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
