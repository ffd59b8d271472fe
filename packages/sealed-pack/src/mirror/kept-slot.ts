import { toHex } from '@covey/codec';
import type { SignatureVerifier } from '@covey/identity';
import { type LogEntry, SlotLog } from '../log.ts';

/** How much one writer has in a slot. */
export interface WriterShare {
  readonly bytes: number;
  readonly entries: number;
  /** Handovers since the slot was closed. */
  readonly handovers: number;
}

const NOTHING: WriterShare = { bytes: 0, entries: 0, handovers: 0 };

/** A slot as a front of the mirror has read it: its log, and what has to be known to let one entry more in. */
export class KeptSlot {
  readonly incarnation: Uint8Array;
  readonly log: SlotLog;
  readonly entries: LogEntry[] = [];
  /** The name of the log at each position. */
  readonly chains: Uint8Array[] = [];
  #isClosed = false;
  readonly #positions = new Map<string, number>();
  readonly #shares = new Map<string, WriterShare>();

  constructor(
    place: { readonly mirror: Uint8Array; readonly slot: Uint8Array },
    incarnation: Uint8Array,
    verifier: SignatureVerifier,
  ) {
    this.incarnation = incarnation;
    this.log = new SlotLog(place, verifier);
  }

  /** A handover ends the epoch: nothing is written any more but further ones. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where these bytes stand in the log, if they do. */
  positionOf(digest: Uint8Array): number | undefined {
    return this.#positions.get(toHex(digest));
  }

  shareOf(writer: Uint8Array): WriterShare {
    return this.#shares.get(toHex(writer)) ?? NOTHING;
  }

  append(entry: LogEntry): void {
    const { digest, writer, size, kind, position } = entry;
    const { bytes, entries, handovers } = this.shareOf(writer);
    this.#shares.set(toHex(writer), {
      bytes: bytes + size,
      entries: entries + 1,
      handovers: handovers + (kind === 'handover' ? 1 : 0),
    });
    this.#isClosed ||= kind === 'handover';
    this.log.append(entry);
    this.entries.push(entry);
    this.chains.push(this.log.chain);
    this.#positions.set(toHex(digest), position);
  }
}
