/** A pack that comes to a halt after its first half. */
export interface Halfway {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Resolves when the reader has taken the first half and waits for more. */
  readonly reached: Promise<void>;
  goOn(): void;
}

export function halfway(bytes: Uint8Array): Halfway {
  const reached = Promise.withResolvers<void>();
  const onwards = Promise.withResolvers<void>();
  async function* chunks() {
    const half = bytes.length >> 1;
    yield bytes.subarray(0, half);
    reached.resolve();
    await onwards.promise;
    yield bytes.subarray(half);
  }
  return { chunks: chunks(), reached: reached.promise, goOn: onwards.resolve };
}
