import { BinaryReader } from '@bufbuild/protobuf/wire';

/** What the generator writes for each message, as far as reading goes. */
export interface Decodes<T> {
  decode(input: BinaryReader): T;
}

/**
 * Varints that one message may have: tags, lengths and numbers of all fields, nested ones included. The
 * longest message within the bounds of `peer.proto` is a roster, 512 devices with 16 addresses each:
 * twenty thousand. Without a bound, two bytes would make an object, and 4 MiB two million of them.
 */
const MAX_VARINTS = 32 * 1024;
/** Bytes of fields that we don't know: room for a later version, not for ballast that we would keep. */
const MAX_UNKNOWN_BYTES = 64 * 1024;
/** Wire types. */
const [VARINT, START_GROUP] = [0, 3];
/** Of 64 bits. */
const MAX_VARINT_BYTES = 10;

/** Reads what it is given as a protobuf does, but refuses what only somebody hostile would write. */
class StrictReader extends BinaryReader {
  readonly #bytes: Uint8Array;
  #unknownBytes = 0;
  #varints = 0;

  constructor(bytes: Uint8Array) {
    super(bytes, strictUtf8);
    this.#bytes = bytes;
    const { uint32 } = this;
    this.uint32 = () => this.#counted(() => uint32.call(this));
  }

  override uint64(): bigint | string {
    return this.#counted(() => super.uint64());
  }

  override bool(): boolean {
    return this.#counted(() => super.bool());
  }

  /** A field that this version does not know. */
  override skip(...field: Parameters<BinaryReader['skip']>): Uint8Array {
    // proto3 has no groups, and they are the only thing here that could be nested without end.
    if (field[0] === START_GROUP) throw new TypeError('a group');
    const skipped = super.skip(...field);
    if (field[0] === VARINT && skipped.length > MAX_VARINT_BYTES) throw new RangeError('a number');
    this.#unknownBytes += skipped.length;
    if (this.#unknownBytes > MAX_UNKNOWN_BYTES) throw new RangeError('too much that is unknown');
    return skipped;
  }

  #counted<T>(read: () => T): T {
    this.#varints += 1;
    if (this.#varints > MAX_VARINTS) throw new RangeError('too many fields');
    const start = this.pos;
    const value = read();
    // One spelling for every number: no writer pads, and ours has no negative ones.
    if (this.pos - start > 1 && this.#bytes[this.pos - 1] === 0)
      throw new RangeError('a padded number');
    return value;
  }
}

/**
 * Reads a whole message. Fields that are unknown are dropped; text must be UTF-8; bytes that are left
 * over are a fault. Time and memory are bounded by the length.
 * @throws {Error} of the reader's kinds, when it is no such message
 */
export function decodeStrictly<T>(message: Decodes<T>, bytes: Uint8Array): T {
  const reader = new StrictReader(bytes);
  const value = message.decode(reader);
  // The generated code stops at a tag of 0 and at the end of a group that never began. What stops there
  // within the last byte is as good as read: nothing has followed.
  if (reader.pos !== reader.len) throw new RangeError('bytes after the message');
  return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function strictUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
