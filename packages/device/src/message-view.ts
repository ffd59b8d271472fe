import {
  contradictsAncestors,
  type Entry,
  isShown,
  type TimelineMessage,
  timelinePage,
} from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { AccountUri, DeviceId } from '@covey/identity';
import type { Message } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** A page of messages, newest last. @throws {CoveyError} MESSAGE_NOT_FOUND */
export function messagePage(
  { history }: ConversationRuntime,
  { from, n }: { from?: string; n: number },
  isLate: (oid: Oid) => boolean = () => false,
): readonly Message[] {
  const start = from === undefined ? undefined : history.entry(from);
  if (from !== undefined && !(start && isShown(start))) {
    throw new CoveyError('MESSAGE_NOT_FOUND', `no message ${from}`);
  }
  const about = (oid: Oid) => history.about(oid);
  const voids = history.voids();
  const page = timelinePage(history.ordered, about, { from: start, n, voids });
  return page.map((message) => viewOf(message, { late: isLate(message.entry.oid) }));
}

/** What the local API shows of a message. */
export function viewOf(message: TimelineMessage, { late }: { late: boolean }): Message {
  const { entry, fields, reactions, editions, deleted, needsNewerVersion } = message;
  const reason = message.void;
  return {
    id: entry.oid,
    parents: entry.parents.map(({ oid }) => oid),
    // Judged: the ids are of their form.
    author: entry.uri as AccountUri,
    authorName: entry.name,
    device: entry.device as DeviceId,
    type: entry.content.type,
    timestamp: entry.time,
    height: entry.height,
    fields,
    reactions: reactions.map(({ id, author, body }) => ({
      id,
      author: author as AccountUri,
      body,
    })),
    editions,
    deleted,
    needsNewerVersion,
    ...(late ? { late } : {}),
    ...(contradictsAncestors(entry) ? { timeContradicts: true } : {}),
    ...(reason
      ? {
          void: {
            step: reason.step,
            found: reason.found,
            ...(reason.by === undefined ? {} : { by: reason.by }),
          },
        }
      : {}),
  };
}

/** Members of a commit's message that are texts, without its type. */
export function textsOf({ content: { fields } }: Entry): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (member): member is [string, string] => typeof member[1] === 'string' && member[0] !== 'type',
    ),
  );
}
