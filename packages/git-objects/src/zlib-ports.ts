/**
 * Port: inflates the one zlib stream (RFC 1950) that stands at the start of `input`.
 * `consumed` counts its compressed bytes, checksum included; what follows them is not looked at.
 * Never produces more than `size` bytes (a bomb costs no more than it declares), and throws when the stream
 * is broken, cut short, needs a preset dictionary, or holds more than `size` bytes.
 */
export type Inflate = (
  input: Uint8Array,
  size: number,
) => { readonly output: Uint8Array; readonly consumed: number };

/** Port: one zlib stream (RFC 1950) that holds `input`. */
export type Deflate = (input: Uint8Array) => Uint8Array;

/**
 * The most bytes that an honest zlib needs for `size` bytes, at any level (zlib's own `deflateBound`, rounded up).
 * Longer streams exist only to cost time: empty blocks, one flush per byte.
 */
export function longestDeflated(size: number): number {
  return size + Math.ceil(size / 8) + Math.ceil(size / 64) + 64;
}
