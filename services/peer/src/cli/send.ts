import { defineCommand, UsageError } from './command.ts';
import { resolveConversation, resolveMessage } from './naming.ts';

/** `covey send`: commits a message and prints its id once it would survive a power loss. */
export const send = defineCommand({
  name: 'send',
  usage: 'CONVERSATION TEXT [--reply-to ID | --react-to ID | --edit ID]',
  summary: 'send a message and print its id',
  details: [
    'TEXT `-` is read from standard input. With --edit an empty TEXT deletes the message. A TEXT that begins with a dash comes after `--`.',
  ],
  options: {
    'reply-to': { type: 'string' },
    'react-to': { type: 'string' },
    edit: { type: 'string' },
  },
  positionals: [2, 2],
  run: async ([named = '', text = ''], values, context) => {
    const { 'reply-to': replyTo, 'react-to': reactTo, edit } = values;
    const about = Object.entries({ replyTo, reactTo, edit }).filter(([, id]) => id !== undefined);
    if (about.length > 1) throw new UsageError('only one of --reply-to, --react-to and --edit');
    // The line break at its end is that of the program that wrote it, not of the message.
    const body = text === '-' ? (await context.io.stdin()).replace(/\r?\n$/, '') : text;
    if (body === '' && edit === undefined) throw new UsageError('no text');
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const [key, id] = about[0] ?? [];
    const target =
      key === undefined || id === undefined
        ? {}
        : { [key]: await resolveMessage(context, conversationId, id) };
    const message = { accountId, conversationId, body, ...target };
    const sent = await context.peer.call('sendMessage', message);
    context.print(sent, [sent.messageId]);
    return 0;
  },
});
