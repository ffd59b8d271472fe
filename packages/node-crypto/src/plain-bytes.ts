/** The same bytes as a plain Uint8Array: a Buffer has a `slice` and a `toString` of its own. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
