import type { Frame } from '@covey/grpc-api';
import type { PeerLimits } from './limits.ts';

/** What of a duplex is used: either end of a gRPC stream, or one of Node's. */
interface FrameDuplex {
  on(event: string, listener: (...values: never[]) => void): unknown;
  write(message: { frame: Frame }): boolean;
  end(): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly writableEnded: boolean;
}
type Body = NonNullable<Frame['body']>;
type Limits = Pick<PeerLimits, 'stallMs' | 'framesAtOnce' | 'framesMs'>;

interface FrameStreamEvents {
  /** Frames in order. None comes before {@link FrameStream.listen}. */
  readonly frame: (frame: Frame) => void;
  /** The stream is over, whoever ended it. Called once. */
  readonly over: (failure: Error | undefined) => void;
}

/**
 * A gRPC bidirectional stream, either end of it, as a sequence of frames. Knows back-pressure, both
 * ways: a peer that doesn't read for `stallMs` is no peer, and one that says more than `framesAtOnce`
 * in `framesMs` is listened to again when these are over, so that others get their turn.
 */
export class FrameStream {
  readonly #stream: FrameDuplex;
  readonly #limits: Limits;
  #turnBegan = 0;
  #framesOfTurn = 0;
  #rest: NodeJS.Timeout | undefined;
  #events: FrameStreamEvents | undefined;
  #reading = false;
  #over = false;
  #failure: Error | undefined;
  #stalled: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];

  /** The stream carries `{ frame }` objects both ways, as ChannelRequest and ChannelResponse do. */
  constructor(stream: FrameDuplex, limits: Limits) {
    this.#stream = stream;
    this.#limits = limits;
    stream.on('drain', () => this.#drained());
    stream.on('error', (failure: Error) => this.#end(failure));
    for (const event of ['end', 'close', 'cancelled']) stream.on(event, () => this.#end(undefined));
  }

  /**
   * Begins to read, or goes on with another listener. What came meanwhile waits in the stream.
   */
  listen(events: FrameStreamEvents): void {
    this.#events = events;
    if (this.#over) events.over(this.#failure);
    else if (this.#reading) this.#stream.resume();
    else this.#read();
  }

  pause(): void {
    this.#stream.pause();
  }

  /** Resolves when the stream takes more, or is over. */
  async send(call: bigint, body: Body): Promise<void> {
    if (this.#over || this.#stream.writableEnded) return;
    const frame: Frame = { call, body };
    if (this.#stream.write({ frame }) || this.#over) return;
    this.#stalled ??= setTimeout(() => {
      this.#end(new Error('the peer does not read'));
    }, this.#limits.stallMs);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Sends what is queued, then nothing more. */
  end(): void {
    if (!this.#stream.writableEnded) this.#stream.end();
  }

  #read(): void {
    this.#reading = true;
    // A message without a frame is one of a later version: nothing for us.
    this.#stream.on('data', ({ frame }: { frame: Frame | undefined }) => {
      this.#takeTurn();
      if (frame && !this.#over) this.#events?.frame(frame);
    });
  }

  #takeTurn(): void {
    const { framesAtOnce, framesMs } = this.#limits;
    const sinceMs = performance.now() - this.#turnBegan;
    if (sinceMs >= framesMs) {
      this.#turnBegan += sinceMs;
      this.#framesOfTurn = 0;
    }
    this.#framesOfTurn += 1;
    if (this.#framesOfTurn !== framesAtOnce) return;
    this.#stream.pause();
    this.#rest = setTimeout(() => this.#stream.resume(), framesMs - sinceMs);
  }

  #end(failure: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    clearTimeout(this.#rest);
    this.#drained();
    this.#events?.over(failure);
  }

  #drained(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
