import { equalBytes } from '@covey/codec';
import type { SignatureVerifier } from '@covey/identity';
import { type LogEntry, SlotLog } from './log.ts';
import {
  contradictionIn,
  type Head,
  type MirrorProof,
  type MirrorStatement,
  readStatement,
  type Signed,
} from './mirror-statements.ts';

/** What a mirror can be caught at by what it has said of one slot. */
export type MirrorFault =
  | MirrorProof
  | 'MIRROR_CHAIN_BROKEN'
  | 'MIRROR_ENTRY_FORGED'
  | 'MIRROR_STATEMENT_FORGED';

/** What was found, and where it is a proof the two statements that show it to anybody. */
export interface Finding {
  readonly fault: MirrorFault;
  readonly proof?: readonly [Signed, Signed];
}

/** What a list was asked with. */
export interface Question {
  readonly asked: number;
  readonly nonce: Uint8Array;
}

/** What came of a list: entries that are new here, or a finding, or that the mirror has begun anew. */
export type Outcome =
  | { readonly is: 'followed'; readonly entries: readonly LogEntry[]; readonly head: Head }
  /** A declared loss: all that the writers have is to be uploaded again, and the user told. */
  | { readonly is: 'restarted' }
  | ({ readonly is: 'caught' } & Finding);

/**
 * What one device knows of a slot at one mirror: the log as far as it has followed it, and the highest statement
 * that it has seen from anybody. Whatever the mirror says is held against these, so it must sign against itself, show the
 * truth, or refuse (relays.md, pack mirror).
 */
export class SlotWatch {
  readonly #place: { readonly mirror: Uint8Array; readonly slot: Uint8Array };
  readonly #verifier: SignatureVerifier;
  #log: SlotLog;
  #highest: MirrorStatement | undefined;

  constructor(
    place: { readonly mirror: Uint8Array; readonly slot: Uint8Array },
    verifier: SignatureVerifier,
    highest?: MirrorStatement,
  ) {
    this.#place = place;
    this.#verifier = verifier;
    this.#log = new SlotLog(place, verifier);
    this.#highest = highest;
  }

  /** The highest position that anybody has shown a statement for; 0 when nobody has. */
  get highestPosition(): number {
    return this.#highest?.said.position ?? 0;
  }

  /** To be stored before it is used, and handed on. */
  get highest(): MirrorStatement | undefined {
    return this.#highest;
  }

  get log(): SlotLog {
    return this.#log;
  }

  /** The first entry that is not here yet. */
  get next(): number {
    return this.#log.position + 1;
  }

  /**
   * Takes note of a statement from somebody: a beacon, a segment, a welcome, a peer. One of an incarnation before a
   * restart says nothing any more.
   * @param statement as `readStatement` has read it
   */
  learn(statement: MirrorStatement): Finding | undefined {
    const known = this.#highest;
    if (!known) {
      this.#highest = statement;
      return undefined;
    }
    const fault = contradictionIn(known, statement);
    if (fault) return { fault, proof: [known.signed, statement.signed] };
    const isSame = equalBytes(known.said.incarnation, statement.said.incarnation);
    if (isSame && statement.said.position > known.said.position) this.#highest = statement;
    return undefined;
  }

  /**
   * Judges the answer to a list, whether the mirror lies now or lied then. Lists of one slot are asked for and judged one
   * after the other: an older answer would look like a shorter log.
   */
  async judge(
    { asked, nonce }: Question,
    signed: Signed,
    entries: readonly LogEntry[],
  ): Promise<Outcome> {
    const head = await this.#read(signed);
    const isAnswer = head && head.said.asked === asked && equalBytes(head.said.nonce, nonce);
    if (!isAnswer || !equalBytes(head.said.slot, this.#place.slot)) {
      return { is: 'caught', fault: 'MIRROR_STATEMENT_FORGED' };
    }
    const known = this.#highest;
    if (known && !equalBytes(known.said.incarnation, head.said.incarnation)) {
      this.#highest = head;
      this.#log = new SlotLog(this.#place, this.#verifier);
      return { is: 'restarted' };
    }
    const found = this.learn(head);
    if (found) return { is: 'caught', ...found };
    const fault = await this.#follow(head.said, entries);
    if (fault) return { is: 'caught', fault };
    return { is: 'followed', entries, head: head.said };
  }

  async #follow(head: Head, entries: readonly LogEntry[]): Promise<MirrorFault | undefined> {
    // What turns out to be no part of the log leaves nothing behind.
    const log = entries.length > 0 ? this.#log.copy() : this.#log;
    for (const entry of entries) {
      const fault = await log.add(entry);
      if (fault) return fault;
    }
    const isWhole = log.position === head.position && equalBytes(log.chain, head.chain);
    if (!isWhole) return 'MIRROR_CHAIN_BROKEN';
    this.#log = log;
    return undefined;
  }

  async #read(signed: Signed) {
    try {
      return await readStatement('head', signed, this.#place.mirror, this.#verifier);
    } catch {
      return undefined; // Signed, and no head.
    }
  }
}
