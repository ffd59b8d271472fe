import { agreed, meshed, sameMessages } from './agreement.ts';
import { chat } from './chatter.ts';
import { expectThat } from './expectation.ts';
import type { Stage } from './stage.ts';

const MESSAGES = 200;

/** Four processes start, three accounts are made, one of them on two devices. */
export async function gather({ transcript, devices, laptop, phone, bob, carol }: Stage) {
  transcript.chapter('Three accounts, one with two devices');
  await Promise.all(devices.map((device) => device.start()));
  transcript.say('four daemons are up: own process, own data folder, LAN discovery off');
  await laptop.init({ displayName: 'Alice' });
  await bob.init({ displayName: 'Bob' });
  await carol.init({ displayName: 'Carol' });
  const { accountId } = laptop.account;
  const { code } = await laptop.peer.call('addDevice', { accountId });
  await phone.init({ code });
  expectThat(phone.account.uri === laptop.account.uri, 'both devices of Alice have her account');
  transcript.say('Alice, Bob and Carol have accounts; Alice’s phone joined hers by a code');
  for (const { account, line } of devices) {
    expectThat(account.addresses.join() === line.advertise, 'a device tells its forwarder only');
  }
  const ports = devices.map(({ line }) => line.advertise.split(':')[1]);
  transcript.say(`they know each other by TCP forwarders of the demo: ports ${ports.join(', ')}`);
}

/** A conversation comes to be, and everybody is in it. Resolves to its id. */
export async function convene(stage: Stage): Promise<string> {
  const { transcript, devices, laptop, phone, bob, carol } = stage;
  transcript.chapter('Create, invite, accept');
  const { accountId } = laptop.account;
  const { conversationId } = await laptop.peer.call('startConversation', {
    ...{ accountId, mode: 2 as const, title: 'Demo' },
  });
  const isHere = ({ name, payload }: { name: string; payload: object }) =>
    name === 'ConversationReady' &&
    'conversationId' in payload &&
    payload.conversationId === conversationId;
  await phone.events.until('the phone has the conversation', isHere);
  transcript.say(`Alice created ${conversationId.slice(0, 8)} on her laptop; her phone has it too`);

  const invited = await laptop.peer.call('addConversationMember', {
    ...laptop.at(conversationId),
    uri: bob.account.uri,
    addresses: [bob.line.advertise],
  });
  expectThat(invited.delivered, 'the invitation to Bob is delivered');
  await bob.events.until('Bob hears of it', ({ name }) => name === 'ConversationRequestReceived');
  await bob.peer.call('acceptConversationRequest', bob.at(conversationId));
  await bob.events.until('Bob is in', isHere);
  transcript.say('Bob was invited at his address, and accepted');

  const { link } = await bob.peer.call('createInvitationLink', bob.at(conversationId));
  await carol.peer.call('acceptInvitationLink', { accountId: carol.account.accountId, link });
  await carol.events.until('Carol is in', isHere);
  transcript.say('Carol came by a link that Bob made');

  await meshed(devices, conversationId);
  const { commits } = await agreed(devices, conversationId);
  transcript.say(`all four are connected and agree: ${commits} commits, one digest`);
  return conversationId;
}

/** Everybody talks at once. */
export async function talk({ transcript, devices }: Stage, conversationId: string): Promise<void> {
  transcript.chapter(`${MESSAGES} messages in all directions`);
  const each = MESSAGES / devices.length;
  const { ids, texts, replies, reactions, edits } = await chat(devices, conversationId, each);
  transcript.say(
    `${ids.size} acknowledged: ${texts} texts, ${replies} replies, ${reactions} reactions, ${edits} edits`,
  );
  const { commits, stateDigest } = await agreed(devices, conversationId, ids);
  const shown = await sameMessages(devices, conversationId);
  transcript.say(`every device shows the same ${shown.length} lines in the same order`);
  transcript.say(`${commits} commits, digest ${stateDigest.slice(0, 16)} on all four`);
}
