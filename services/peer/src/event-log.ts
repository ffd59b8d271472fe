import { join } from 'node:path';
import type { AccountEvent, EventLog } from '@covey/device';
import { invariant } from '@covey/errors';
import { EventFile, type Retention } from './event-file.ts';

/** An event log that can also be read at the reader's pace. */
export interface ReadableEventLog extends EventLog {
  /** Up to `limit` kept events that came after the one with id `after`, oldest first. */
  kept(accountId: string, after: number, limit: number): readonly AccountEvent[];
  /** Id of the newest event, 0 if there never was one. */
  newest(accountId: string): number;
}

/** A day, so that a reader who was away that long misses nothing (API-2), and as much again as margin. */
const KEEP_FOR_MS = 48 * 60 * 60 * 1000;
const KEEP_AT_MOST = 100_000;
const PAGE = 256;

type Listener = (event: AccountEvent) => void;

/**
 * One file per account, `<root>/<accountId>/events.jsonl`. An event is handed to the operating
 * system before anyone hears of it, so a killed daemon forgets none and its ids go on after a
 * restart. It is not synced to the disk: after a power loss the last few may be gone, which costs a
 * reader nothing that the conversations themselves do not tell.
 */
export class FileEventLog implements ReadableEventLog {
  readonly #root: string;
  readonly #clock: () => Date;
  readonly #retention: Retention;
  readonly #files = new Map<string, EventFile>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(
    { root, clock }: { root: string; clock: () => Date },
    retention: Retention = { keepForMs: KEEP_FOR_MS, keepAtMost: KEEP_AT_MOST },
  ) {
    this.#root = root;
    this.#clock = clock;
    this.#retention = retention;
  }

  append(accountId: string, name: AccountEvent['name'], payload: AccountEvent['payload']): void {
    const event = this.#file(accountId).append(name, payload, this.#clock());
    for (const listener of [...(this.#listeners.get(accountId) ?? [])]) listener(event);
  }

  subscribe(accountId: string, after: number | undefined, listener: Listener): () => void {
    if (after !== undefined) this.#replay(accountId, after, listener);
    const listeners = this.#listeners.get(accountId) ?? new Set();
    this.#listeners.set(accountId, listeners);
    // A subscription of its own, even if the same function listens twice.
    const subscription: Listener = (event) => listener(event);
    listeners.add(subscription);
    return () => listeners.delete(subscription);
  }

  kept(accountId: string, after: number, limit: number): readonly AccountEvent[] {
    return this.#file(accountId).read(after, limit);
  }

  newest(accountId: string): number {
    return this.#file(accountId).newest;
  }

  /** Lets go of the files. Nothing may be appended afterwards. */
  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #replay(accountId: string, after: number, listener: Listener): void {
    let last = after;
    for (;;) {
      const page = this.kept(accountId, last, PAGE);
      for (const event of page) listener(event);
      const newest = page.at(-1)?.id;
      if (newest === undefined) return;
      last = newest;
    }
  }

  #file(accountId: string): EventFile {
    const known = this.#files.get(accountId);
    if (known) return known;
    invariant(/^[0-9a-f]{16}$/.test(accountId), 'an account id is a folder name of 16 hex digits');
    const path = join(this.#root, accountId, 'events.jsonl');
    const file = new EventFile(path, accountId, this.#retention, this.#clock());
    this.#files.set(accountId, file);
    return file;
  }
}
