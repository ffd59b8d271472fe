import type { Oid } from '@covey/git-objects';
import { type Entry, inDisplayOrder } from './entry.ts';
import { text } from './kinds.ts';
import type { VoidReason } from './the-cut.ts';
import { Voids } from './voids.ts';

/** A commit as a person sees it, with what later commits say about it. */
export interface TimelineMessage {
  readonly entry: Entry;
  /** String members of the message; `body` is the newest edition. */
  readonly fields: Readonly<Record<string, string>>;
  readonly reactions: readonly {
    readonly id: Oid;
    readonly author: string;
    readonly body: string;
  }[];
  /** Bodies that were replaced, newest first, with the commit that brought each. */
  readonly editions: readonly { readonly id: Oid; readonly body: string }[];
  readonly deleted: boolean;
  readonly needsNewerVersion: boolean;
  /** Why it has no effect: it is shown folded. */
  readonly void?: VoidReason;
}

/** Which commits say something about this one: edits of it and reactions to it, in display order. */
export type About = (oid: Oid) => readonly Entry[];

/**
 * What a conversation looks like: commits in display order, edits and reactions on their targets.
 * Merges, edits and reactions are no messages of their own.
 */
export function timeline(
  entries: Iterable<Entry>,
  voids: Voids = Voids.NONE,
): readonly TimelineMessage[] {
  const ordered = [...entries].sort(inDisplayOrder);
  const found = new Map<string, Entry[]>();
  for (const entry of ordered) {
    const target = targetOf(entry);
    const list = target === undefined ? undefined : found.get(target);
    if (list) list.push(entry);
    else if (target !== undefined) found.set(target, [entry]);
  }
  return ordered
    .filter(isShown)
    .map((entry) => shownAs(entry, (oid) => found.get(oid) ?? [], voids));
}

/**
 * At most `n` messages that stand before `from` (else at the end), newest last. Costs what it shows, not what there is.
 * @param ordered all commits, in display order
 */
export function timelinePage(
  ordered: readonly Entry[],
  about: About,
  { from, n, voids = Voids.NONE }: { from?: Entry | undefined; n: number; voids?: Voids },
): readonly TimelineMessage[] {
  const page: TimelineMessage[] = [];
  let at = from === undefined ? ordered.length : placeOf(from, ordered);
  while (page.length < n && at > 0) {
    const entry = ordered[--at];
    if (entry && isShown(entry)) page.push(shownAs(entry, about, voids));
  }
  return page.reverse();
}

/** The commit that an edit or a reaction is about; `undefined` for all else. */
export function targetOf({ content: { kind, fields } }: Entry): string | undefined {
  const original = text(fields, 'edit');
  if (original !== '') return original;
  return kind === 'reaction' ? text(fields, 'react-to') : undefined;
}

function shownAs(entry: Entry, about: About, voids: Voids): TimelineMessage {
  const reason = voids.reasonOf(entry);
  // What is void changes nothing, neither another text nor the one it stands under.
  const counting = (oid: Oid) => about(oid).filter((one) => !voids.reasonOf(one));
  const editsOf = (edited: Entry) =>
    counting(edited.oid).filter((edit) => isEdit(edit) && edit.uri === edited.uri);
  const bodies = [entry, ...editsOf(entry)].map((edition) => ({
    id: edition.oid,
    body: bodyOf(edition),
  }));
  const current = bodies.at(-1)?.body ?? '';
  const deleted = bodies.length > 1 && current === '';
  const reactions = counting(entry.oid).filter(
    (one) => !isEdit(one) && one.content.kind === 'reaction' && !isTakenBack(editsOf(one)),
  );
  return {
    entry,
    fields: { ...strings(entry), ...(bodies.length > 1 ? { body: current } : {}) },
    reactions: deleted
      ? []
      : reactions.map((one) => ({ id: one.oid, author: one.uri, body: bodyOf(one) })),
    editions: bodies.slice(0, -1).reverse(),
    deleted,
    needsNewerVersion: entry.content.kind === 'unknown',
    ...(reason ? { void: reason } : {}),
  };
}

function placeOf(entry: Entry, ordered: readonly Entry[]): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = ordered[middle];
    if (other && inDisplayOrder(other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isEdit = ({ content: { fields } }: Entry) => text(fields, 'edit') !== '';

/** Is a message of its own. */
export function isShown({ content: { kind, fields } }: Entry): boolean {
  return kind !== 'merge' && kind !== 'edit' && kind !== 'reaction' && !('edit' in fields);
}

const isTakenBack = (edits: readonly Entry[]) => edits.some((edit) => bodyOf(edit) === '');

/** Of a deleted file the `tid` is empty: it reads as an empty body. */
const bodyOf = ({ content: { fields } }: Entry) => text(fields, 'body');

function strings({ content: { fields } }: Entry): Record<string, string> {
  const known: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string' && key !== 'type') known[key] = value;
    else if (typeof value === 'number') known[key] = String(value);
  }
  return known;
}
