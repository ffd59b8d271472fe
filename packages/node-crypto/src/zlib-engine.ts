import { constants, createDeflate, createInflate } from 'node:zlib';

/** What one run has taken and made. */
interface Run {
  readonly consumed: number;
  readonly produced: number;
}

/** What of a stream of node:zlib is used beside its public face. */
interface Handle {
  onerror: (message: string) => void;
  reset(): void;
  /** How to flush; bytes, first and number of the input; the same of the output. */
  writeSync(...run: [number, Uint8Array, number, number, Uint8Array, number, number]): void;
}

/**
 * One zlib stream of Node that begins anew for each object. The public functions make an engine each time, which
 * takes as long as inflating a small object does.
 * NOTE: this reaches into Node's class; where it has changed, {@link zlibEngine} gives nothing, and a test says so.
 */
export class ZlibEngine {
  readonly #handle: Handle;
  /** What is left of output and input, in this order. */
  readonly #left: Uint32Array;
  #failure: string | undefined;

  constructor(handle: Handle, left: Uint32Array) {
    this.#handle = handle;
    this.#left = left;
    handle.onerror = (message) => {
      this.#failure = message;
    };
  }

  /**
   * Takes all of the input as one whole stream, or as much as one takes; writes at most `room` bytes.
   * @throws {RangeError} when the stream is broken or cut short, or `room` is more than there is
   */
  run(input: Uint8Array, output: Uint8Array, room: number): Run {
    // Node would end the process.
    if (room > output.length) throw new RangeError('no room');
    this.#handle.reset();
    this.#failure = undefined;
    this.#handle.writeSync(constants.Z_FINISH, input, 0, input.length, output, 0, room);
    if (this.#failure !== undefined) throw new RangeError(this.#failure);
    const [outputLeft = 0, inputLeft = 0] = this.#left;
    return { consumed: input.length - inputLeft, produced: room - outputLeft };
  }
}

/** An engine of this thread, if this Node has it as we know it. */
export function zlibEngine(kind: 'inflate' | 'deflate'): ZlibEngine | undefined {
  const stream: unknown = kind === 'inflate' ? createInflate() : createDeflate();
  const { _handle: handle, _writeState: left } = stream as Record<string, unknown>; // What is not public.
  return isHandle(handle) && left instanceof Uint32Array && left.length === 2
    ? new ZlibEngine(handle, left)
    : undefined;
}

function isHandle(value: unknown): value is Handle {
  if (typeof value !== 'object' || value === null) return false;
  return ['reset', 'writeSync'].every((name) => typeof Reflect.get(value, name) === 'function');
}
