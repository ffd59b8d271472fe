import { agreed, meshed, sameMessages } from './agreement.ts';
import { chat } from './chatter.ts';
import type { DemoDevice } from './demo-device.ts';
import { expectThat } from './expectation.ts';
import type { Stage } from './stage.ts';

const EACH = 10;

/** The network falls into two halves, both talk on, and it comes together again. */
export async function partition(stage: Stage, conversationId: string): Promise<void> {
  const { transcript, network, devices, laptop, phone, bob, carol } = stage;
  const left = [laptop, bob];
  const right = [phone, carol];
  transcript.chapter('The network is cut');
  const link = await workshopOf(bob);
  const original = await laptop.say(conversationId, { body: 'to be edited on both sides' });
  await agreed(devices, conversationId, new Set([original]));

  network.cut(left.map(nameOf), right.map(nameOf));
  await Promise.all([meshed(left, conversationId), meshed(right, conversationId)]);
  transcript.say(`closed: ${list(left)} | ${list(right)}`);
  const dial = await carol.covey('accept', link, '--json');
  expectThat(
    dial.code === 1 && dial.output.includes('"PEER_UNREACHABLE"'),
    `a dial across fails with PEER_UNREACHABLE, not so: ${dial.output}`,
  );
  transcript.say('carol$ covey accept LINK-OF-BOB   exit code 1, PEER_UNREACHABLE');

  const [ours, theirs] = await Promise.all([
    chat(left, conversationId, EACH),
    chat(right, conversationId, EACH),
  ]);
  const edits = await Promise.all([
    laptop.say(conversationId, { body: 'edited on the laptop', edit: original }),
    phone.say(conversationId, { body: 'edited on the phone', edit: original }),
  ]);
  const [one, other] = await Promise.all([
    agreed(left, conversationId, ours.ids),
    agreed(right, conversationId, theirs.ids),
  ]);
  expectThat(one.stateDigest !== other.stateDigest, 'the halves have different digests');
  transcript.say(
    `both halves talked on: ${ours.ids.size} and ${theirs.ids.size} messages, and two edits`,
  );
  transcript.say(
    `digests ${one.stateDigest.slice(0, 16)} | ${other.stateDigest.slice(0, 16)}; ${network.turnedAway} dials across were turned away`,
  );

  transcript.chapter('The network is healed');
  network.heal();
  await meshed(devices, conversationId);
  const said = new Set([...ours.ids, ...theirs.ids, ...edits]);
  const { commits, stateDigest } = await agreed(devices, conversationId, said);
  const shown = await sameMessages(devices, conversationId);
  transcript.say(
    `same order: ${shown.length} lines; same digest: ${stateDigest.slice(0, 16)}, ${commits} commits`,
  );
  const body = shown.find(({ id }) => id === original)?.fields['body'];
  transcript.say(`the text that both sides had edited reads “${body}” on all four`);
  const late = await carol.covey('accept', link);
  expectThat(late.code === 0, `the link of Bob works now: ${late.output}`);
  transcript.say('carol$ covey accept LINK-OF-BOB   exit code 0');
}

/** Bob makes a conversation that only he has. Resolves to a link into it. */
async function workshopOf(bob: DemoDevice): Promise<string> {
  const { accountId } = bob.account;
  const { conversationId } = await bob.peer.call('startConversation', {
    ...{ accountId, mode: 2 as const, title: 'Workshop' },
  });
  return (await bob.peer.call('createInvitationLink', bob.at(conversationId))).link;
}

const nameOf = ({ name }: DemoDevice): string => name;
const list = (devices: readonly DemoDevice[]): string => devices.map(nameOf).join(' and ');
