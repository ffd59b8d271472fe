import type { Mode } from '@covey/device';
import { defineCommand, UsageError } from './command.ts';

/** The modes of a conversation by the names that the command line uses. */
export const MODES: Readonly<Record<string, Mode>> = {
  'one-to-one': 0,
  'admin-invites': 1,
  invites: 2,
  public: 3,
};

/** `covey new`: starts a conversation and prints its id. */
export const newConversation = defineCommand({
  name: 'new',
  usage: '[TITLE] [--mode one-to-one|admin-invites|invites|public] [--with URI]',
  summary: 'start a conversation and print its id',
  details: [
    'The mode says who may invite and cannot be changed later: nobody (one-to-one), the admins, every member (invites), or everyone may join (public). It is `one-to-one` when there is --with URI and no TITLE, else `invites`.',
  ],
  options: { mode: { type: 'string' }, with: { type: 'string' } },
  positionals: [0, 1],
  run: async ([title], { mode: modeName, with: uri }, { peer, account, print, hint }) => {
    const isPair = uri !== undefined && title === undefined;
    const mode = MODES[modeName ?? (isPair ? 'one-to-one' : 'invites')];
    if (mode === undefined) throw new UsageError('no such mode');
    if (mode === MODES['one-to-one'] && uri === undefined) {
      throw new UsageError('one to one with whom? --with URI');
    }
    const { accountId } = await account();
    const { conversationId } = await peer.call('startConversation', {
      accountId,
      mode,
      ...(title === undefined ? {} : { title }),
      ...(mode === MODES['one-to-one'] && uri !== undefined ? { invited: uri } : {}),
    });
    // The first commit names the other one only in a conversation of two; elsewhere it is an invitation.
    if (mode !== MODES['one-to-one'] && uri !== undefined) {
      await peer.call('addConversationMember', { accountId, conversationId, uri });
    }
    print({ conversationId }, [conversationId]);
    if (uri === undefined) hint(`covey invite ${conversationId.slice(0, 8)} URI invites somebody`);
    return 0;
  },
});
