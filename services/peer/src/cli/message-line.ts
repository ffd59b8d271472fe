import type { AccountEvent, AccountInfo, Message } from '@covey/device';
import { safeText } from './safe-text.ts';

/** First 8 digits of an id: enough to name it again on the command line. */
export function short(id: string): string {
  return id.slice(0, 8);
}

/** Who reads, and in which zone; `undefined` is that of the system. */
export interface Reader {
  readonly account: AccountInfo;
  readonly timeZone: string | undefined;
}

/** `1a2b3c4d  10:42  alice  text`; a commit that says nothing to a person gives `undefined`. */
export function messageLine(message: Message, reader: Reader): string | undefined {
  const text = whatItSays(message);
  if (text === undefined) return undefined;
  const time = clockTime(message.timestamp, reader.timeZone);
  const marks = [
    message.late ? '(late) ' : '',
    message.void ? `(void: ${safeText(message.void.found)}) ` : '',
  ].join('');
  return `${short(message.id)}  ${time}${message.timeContradicts ? '?' : ''}  ${nameOf(message, reader)}  ${marks}${text}`;
}

/** Messages line by line; those without effect are folded unless they are asked for. */
export function conversationLines(
  messages: readonly Message[],
  reader: Reader,
  { showVoid }: { showVoid: boolean },
): readonly string[] {
  const lines: string[] = [];
  let folded: Message[] = [];
  const unfold = () => {
    if (folded.length > 0) lines.push(foldedLine(folded));
    folded = [];
  };
  for (const message of messages) {
    const line = messageLine(message, reader);
    if (line === undefined) continue;
    if (message.void && !showVoid) {
      folded.push(message);
      continue;
    }
    unfold();
    lines.push(line);
  }
  unfold();
  return lines;
}

/** What fell by the removal of its author, and what fell by anything else. */
const BY_A_REMOVED_MEMBER: ReadonlySet<string> = new Set(['cut', 'revoked']);

function foldedLine(folded: readonly Message[]): string {
  const isPlain = folded.every(({ void: mark }) => mark && BY_A_REMOVED_MEMBER.has(mark.step));
  const messages = `${folded.length} ${folded.length === 1 ? 'message' : 'messages'}`;
  const what = isPlain ? 'sent by a removed member' : 'without effect';
  return `* ${messages} ${what}, not shown; covey log --void`;
}

/** An event that is no message: `ConversationReady  conversationId=1a2b…`. */
export function eventLine({ name, payload }: AccountEvent): string {
  const facts = Object.entries(payload).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${safeText(key)}=${safeText(text ?? '')}`;
  });
  return [name, ...facts].join('  ');
}

/** `HH:MM` in the reader's zone. The author claims it; `--:--` if it is no time at all. */
export function clockTime(secondsSince1970: number, timeZone: string | undefined): string {
  const at = new Date(secondsSince1970 * 1000);
  if (Number.isNaN(at.getTime())) return '--:--';
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at);
}

/** `Bob~3ce0`: a claimed name proves nothing and could be yours, so four digits of the id stand behind it. */
function nameOf({ author, authorName }: Message, { account }: Reader): string {
  if (author === account.uri) return safeText(account.displayName);
  return `${safeText(authorName)}~${author.slice(0, 4)}`;
}

function whatItSays(message: Message): string | undefined {
  const { type, fields, needsNewerVersion } = message;
  if (needsNewerVersion) return `* needs a newer version of covey to be read (${safeText(type)})`;
  switch (type) {
    case 'merge':
      return undefined;
    case 'initial':
      return '* started the conversation';
    case 'member':
      return `* ${safeText(fields['action'] ?? 'changed')} ${short(safeText(fields['uri'] ?? ''))}`;
    case 'vote': {
      const action = fields['action'] === undefined ? 'on' : `to ${safeText(fields['action'])}`;
      return `* voted ${action} ${short(safeText(fields['uri'] ?? ''))}`;
    }
    case 'application/update-papers':
      return '* renewed certificates or revoked a device';
    case 'application/update-profile':
      return '* changed the title or picture';
    case 'application/data-transfer+json':
      return `* file ${safeText(fields['displayName'] ?? '')}`;
    default:
      return spoken(message);
  }
}

function spoken({ fields, deleted, editions, reactions, type }: Message): string {
  const { body } = fields;
  const text = deleted ? '(deleted)' : body === undefined ? `* ${safeText(type)}` : safeText(body);
  const about = fields['reply-to'] ?? fields['react-to'];
  const verb = fields['react-to'] === undefined ? 're' : 'reacts to';
  return [
    about === undefined ? '' : `(${verb} ${short(safeText(about))}) `,
    text,
    editions.length > 0 && !deleted ? ' (edited)' : '',
    ...reactions.map((reaction) => ` [${safeText(reaction.body)} ${short(reaction.author)}]`),
  ].join('');
}
