/** All short messages are one size. */
const LEAST = 4096;

/**
 * The size that so many bytes are padded to: at least 4 KiB, and above that Padmé (Nikitin et al., PETS 2019, section 4):
 * at most 12 % more, and only O(log log n) bits of the length are told.
 */
export function paddedSize(length: number): number {
  if (length <= LEAST) return LEAST;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}
