const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309, as zlib's) over the parts one after another. It finds accidents, never attacks. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let sum = 0xffffffff;
  for (const part of parts) {
    for (const byte of part) sum = TABLE[(sum ^ byte) & 0xff]! ^ (sum >>> 8); // 256 entries
  }
  return ~sum >>> 0;
}
