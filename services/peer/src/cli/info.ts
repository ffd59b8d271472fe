import { defineCommand, UsageError } from './command.ts';
import { resolveConversation } from './naming.ts';
import { safeText } from './safe-text.ts';

/** `covey info`: what is known of a conversation, one `key=value` per line. */
export const info = defineCommand({
  name: 'info',
  usage: 'CONVERSATION',
  summary: 'show mode, title, description and picture',
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const infos = await context.peer.call('conversationInfos', { accountId, conversationId });
    context.print(
      infos,
      Object.entries(infos).map(([key, value]) => `${safeText(key)}=${safeText(value)}`),
    );
    return 0;
  },
});

/** `covey info set`: changes title, description or picture. */
export const infoSet = defineCommand({
  name: 'info set',
  usage: 'CONVERSATION KEY=VALUE...',
  summary: 'change title, description or avatar',
  positionals: [2, Number.POSITIVE_INFINITY],
  run: async ([named = '', ...settings], _, context) => {
    const infos = Object.fromEntries(settings.map(parseSetting));
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const change = { accountId, conversationId, infos };
    await context.peer.call('updateConversationInfos', change);
    context.print({ conversationId, infos }, []);
    return 0;
  },
});

function parseSetting(setting: string): [string, string] {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new UsageError('settings are written KEY=VALUE');
  return [setting.slice(0, equals), setting.slice(equals + 1)];
}
