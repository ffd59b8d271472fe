import type { Oid } from '@covey/git-objects';
import { type Entry, inDisplayOrder } from './entry.ts';
import { text } from './kinds.ts';

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
}

/**
 * What a conversation looks like: commits in display order, edits and reactions on their targets.
 * Merges, edits and reactions are no messages of their own.
 */
export function timeline(entries: Iterable<Entry>): readonly TimelineMessage[] {
  const ordered = [...entries].sort(inDisplayOrder);
  const edits = new Map<string, Entry[]>();
  const reactions = new Map<string, Entry[]>();
  for (const entry of ordered) {
    const { kind, fields } = entry.content;
    const original = text(fields, 'edit');
    if (original !== '') group(edits, original, entry);
    else if (kind === 'reaction') group(reactions, text(fields, 'react-to'), entry);
  }
  const editsOf = (entry: Entry) =>
    (edits.get(entry.oid) ?? []).filter((edit) => edit.uri === entry.uri);
  return ordered.filter(isShown).map((entry) => {
    const bodies = [entry, ...editsOf(entry)].map((edition) => ({
      id: edition.oid,
      body: bodyOf(edition),
    }));
    const current = bodies.at(-1)?.body ?? '';
    const deleted = bodies.length > 1 && current === '';
    const here = (reactions.get(entry.oid) ?? []).filter(
      (reaction) => !isTakenBack(editsOf(reaction)),
    );
    return {
      entry,
      fields: { ...strings(entry), ...(bodies.length > 1 ? { body: current } : {}) },
      reactions: deleted
        ? []
        : here.map((reaction) => ({
            id: reaction.oid,
            author: reaction.uri,
            body: bodyOf(reaction),
          })),
      editions: bodies.slice(0, -1).reverse(),
      deleted,
      needsNewerVersion: entry.content.kind === 'unknown',
    };
  });
}

function isShown({ content: { kind, fields } }: Entry): boolean {
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

function group(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}
