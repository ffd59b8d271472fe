import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { utf8, utf8Text } from '@covey/codec';
import type { AccountEvent } from '@covey/device';

/** How much is kept: what is younger than `keepForMs`, yet never more than `keepAtMost` events. */
export interface Retention {
  readonly keepForMs: number;
  readonly keepAtMost: number;
}

interface Line {
  readonly id: number;
  /** Where the line begins, and how many bytes it has with its line break. */
  readonly offset: number;
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const CHUNK = 1024 * 1024;
const LINE_BREAK = 0x0a;

/**
 * The events of one account, one JSON object per line: `{"at","id","name","payload"}`. Only an index
 * is held in memory. Written synchronously: an event is a few hundred bytes into the page cache, and
 * whoever appends must know that the id is taken.
 */
export class EventFile {
  readonly #path: string;
  readonly #accountId: string;
  readonly #retention: Retention;
  #lines: Line[] = [];
  #file: number;
  #size = 0;

  constructor(path: string, accountId: string, retention: Retention, now: Date) {
    this.#path = path;
    this.#accountId = accountId;
    this.#retention = retention;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#file = openSync(path, 'a+', 0o600);
    this.#index();
    this.#rotate(now);
  }

  get newest(): number {
    return this.#lines.at(-1)?.id ?? 0;
  }

  append(name: AccountEvent['name'], payload: AccountEvent['payload'], now: Date): AccountEvent {
    // A tenth more than is kept, so that a busy account does not rewrite its file at every event.
    if (this.#lines.length > this.#retention.keepAtMost * 1.1) this.#rotate(now);
    const id = this.newest + 1;
    const at = now.getTime();
    const bytes = utf8(`${JSON.stringify({ id, at, name, payload })}\n`);
    writeSync(this.#file, bytes);
    this.#lines.push({ id, at, offset: this.#size, length: bytes.length });
    this.#size += bytes.length;
    return { id, accountId: this.#accountId, name, payload };
  }

  read(after: number, limit: number): readonly AccountEvent[] {
    const first = this.#firstAfter(after);
    return this.#lines.slice(first, first + limit).map(({ offset, length }) => {
      const { id, name, payload } = this.#parse(this.#bytes(offset, length));
      // Our own file: every indexed line was written by `append` or checked by `#index`.
      return { id, accountId: this.#accountId, name, payload } as AccountEvent;
    });
  }

  close(): void {
    closeSync(this.#file);
  }

  #firstAfter(id: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lineAt(middle).id <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lineAt(index: number): Line {
    return this.#lines[index]!; // only asked for within the bounds of the search
  }

  /** Finds the lines. What a crash left behind the last whole line is cut off; a spoilt line is skipped. */
  #index(): void {
    this.#size = fstatSync(this.#file).size;
    this.#lines = [];
    let lineStart = 0;
    let rest: Uint8Array = new Uint8Array(0);
    for (let offset = 0; offset < this.#size; offset += CHUNK) {
      const chunk = this.#bytes(offset, Math.min(CHUNK, this.#size - offset));
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, from)) {
        this.#noteLine(bytes.subarray(from, end + 1), lineStart);
        lineStart += end + 1 - from;
        from = end + 1;
      }
      rest = bytes.slice(from);
    }
    if (lineStart < this.#size) {
      ftruncateSync(this.#file, lineStart);
      this.#size = lineStart;
    }
  }

  #noteLine(bytes: Uint8Array, offset: number): void {
    try {
      const { id, at } = this.#parse(bytes);
      if (typeof id !== 'number' || typeof at !== 'number' || id <= this.newest) return;
      this.#lines.push({ id, at, offset, length: bytes.length });
    } catch {
      // A line that rotted costs its own event, not those around it.
    }
  }

  #parse(line: Uint8Array): Readonly<Record<string, unknown>> {
    // Our own bytes, hence not the strict reader: an event may hold whatever JSON can.
    const value: unknown = JSON.parse(utf8Text(line));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  }

  #bytes(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const read = readSync(this.#file, bytes, 0, length, offset);
    return bytes.subarray(0, read);
  }

  /** Rewrites the file without its oldest events. The newest always stays: the next id follows from it. */
  #rotate(now: Date): void {
    const { keepForMs, keepAtMost } = this.#retention;
    const oldest = now.getTime() - keepForMs;
    const young = this.#lines.findIndex(({ at }) => at >= oldest);
    const tooMany = this.#lines.length - keepAtMost;
    const first = Math.min(
      Math.max(young < 0 ? this.#lines.length : young, tooMany),
      this.#lines.length - 1,
    );
    if (first <= 0) return;
    const incoming = `${this.#path}.new`;
    const file = openSync(incoming, 'w', 0o600);
    for (const { offset, length } of this.#lines.slice(first)) {
      writeSync(file, this.#bytes(offset, length));
    }
    fsyncSync(file);
    closeSync(file);
    renameSync(incoming, this.#path);
    closeSync(this.#file);
    this.#file = openSync(this.#path, 'a+', 0o600);
    this.#index();
  }
}
