import { writeFile } from 'node:fs/promises';
import type { Explanation } from '@covey/device';
import { type CommandContext, defineCommand, NotFound } from './command.ts';
import { explanationLines } from './explanation-lines.ts';
import { short } from './message-line.ts';
import { resolveConversation, resolveSubject } from './naming.ts';

/** `covey explain`: why a commit, a member's place or a ban is as it is; `--evidence` writes the proof for others. */
export const explain = defineCommand({
  name: 'explain',
  usage: 'CONVERSATION COMMIT|MEMBER|DEVICE [--evidence FILE]',
  summary: 'say why something is as it is: who signed it, by which rule, and why it is void',
  details: [
    'Of a ban, unban, promotion or demotion it tells the votes that were counted, the tree that they were counted in, and who voted twice. Of a member, which signed commits gave and took the place.',
    'Where an account has contradicted itself, --evidence writes its two signed commits and all that it takes to judge them into FILE, which must not be there yet. covey verify FILE judges it anywhere, without a daemon.',
  ],
  options: { evidence: { type: 'string' } },
  positionals: [2, 2],
  run: async ([named = '', what = ''], { evidence: file }, context) => {
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const id = await resolveSubject(context, conversationId, what);
    const explanation = await context.peer.call('explain', { accountId, conversationId, id });
    if (file === undefined) {
      context.print(explanation, explanationLines(explanation));
      return 0;
    }
    const lines = await writeEvidence(conversationId, explanation, file, context);
    context.print({ explanation, evidence: file }, [...explanationLines(explanation), ...lines]);
    return 0;
  },
});

async function writeEvidence(
  conversationId: string,
  { contradictions }: Explanation,
  file: string,
  { account, peer }: CommandContext,
): Promise<readonly string[]> {
  const { accountId } = await account();
  const found = contradictions.find(({ isOpen }) => isOpen) ?? contradictions[0];
  if (!found) throw new NotFound('nobody has contradicted himself here: there is no evidence');
  const [one, other] = [found.one.commit, found.other.commit];
  const { evidence } = await peer.call('evidence', { accountId, conversationId, one, other });
  // Never over another file: evidence is what one wants to keep.
  await writeFile(file, evidence, { flag: 'wx' }).catch((cause: unknown) => {
    throw new NotFound(`the file cannot be written, or is there already: ${reasonOf(cause)}`);
  });
  return [`evidence      ${short(one)} and ${short(other)}, in ${file}`];
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
