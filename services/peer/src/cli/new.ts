import type { Mode } from '@covey/device';
import { defineCommand, UsageError } from './command.ts';

/** The modes of a conversation by the names that the command line uses. */
export const MODES: Readonly<Record<string, Mode>> = {
  'one-to-one': 0,
  'admin-invites': 1,
  invites: 2,
  public: 3,
};

const ONE_TO_ONE: Mode = 0;

/** `covey new`: starts a conversation and prints its id. */
export const newConversation = defineCommand({
  name: 'new',
  usage:
    '[TITLE] [--mode one-to-one|admin-invites|invites|public] [--with URI | --self] [--flat] [--profile admin|member]',
  summary: 'start a conversation and print its id',
  details: [
    'The mode says who may invite and cannot be changed later: nobody (one-to-one), the admins, every member (invites), or everyone may join (public). It is `one-to-one` when there is --with URI and no TITLE, else `invites`.',
    '--self makes a conversation with oneself, which all of one’s devices have and nobody else can join. --flat makes a group of equals: nobody can be removed or promoted, by nobody. --profile member lets every member change title and picture.',
  ],
  options: {
    mode: { type: 'string' },
    with: { type: 'string' },
    self: { type: 'boolean' },
    flat: { type: 'boolean' },
    profile: { type: 'string' },
  },
  positionals: [0, 1],
  run: async ([title], values, { peer, account, print, hint }) => {
    const { self = false, flat = false, profile } = values;
    if (self && values.with !== undefined) throw new UsageError('--self is with nobody else');
    const isPair = self || (values.with !== undefined && title === undefined);
    const mode = MODES[values.mode ?? (isPair ? 'one-to-one' : 'invites')];
    if (mode === undefined) throw new UsageError('no such mode');
    if (self && mode !== ONE_TO_ONE) throw new UsageError('--self has the mode one-to-one');
    if (flat && mode < 2) {
      throw new UsageError('--flat is for the modes invites and public, where all are equal');
    }
    if (profile !== undefined && profile !== 'admin' && profile !== 'member') {
      throw new UsageError('--profile takes admin or member');
    }
    const { accountId, uri: own } = await account();
    const uri = self ? own : values.with;
    if (mode === ONE_TO_ONE && uri === undefined) {
      throw new UsageError('one to one with whom? --with URI, or --self');
    }
    const { conversationId } = await peer.call('startConversation', {
      accountId,
      mode,
      ...(title === undefined ? {} : { title }),
      ...(mode === ONE_TO_ONE && uri !== undefined ? { invited: uri } : {}),
      ...(profile === undefined ? {} : { profile }),
      ...(flat ? { flat } : {}),
    });
    // The first commit names the other one only in a conversation of two; elsewhere it is an invitation.
    if (mode !== ONE_TO_ONE && uri !== undefined) {
      await peer.call('addConversationMember', { accountId, conversationId, uri });
    }
    print({ conversationId }, [conversationId]);
    if (uri === undefined) hint(`covey invite ${conversationId.slice(0, 8)} URI invites somebody`);
    return 0;
  },
});
