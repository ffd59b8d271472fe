import { expect, onTestFinished, test } from 'vitest';
import { Composition, History, RULES, type Rule } from '@covey/conversation';
import { InTheOpen } from './in-the-open.ts';

const VERSION_RULE = 'initial/rules-version';

/** Until it is called, this program knows the rules of the next version too. */
function newerProgram(): () => void {
  // The table is law and hence readonly; here a later program is played, in the same process.
  const rule = RULES.initial.find(({ id }) => id === VERSION_RULE) as { breaks: Rule['breaks'] };
  const { breaks } = rule;
  rule.breaks = () => undefined;
  const over = () => {
    rule.breaks = breaks;
  };
  onTestFinished(over);
  return over;
}

/** A conversation of rules that this version doesn't know. */
async function startsNewer({ runtime }: InTheOpen): Promise<string> {
  const { ports, writer, conversations, peering } = runtime;
  const draft = new History(ports.crypto, { profile: 'strict' });
  const composition = new Composition(draft, { read: async () => undefined });
  const charter = { mode: 2, version: 2 } as const;
  const root = await composition.write(writer, { kind: 'initial', charter }, new Date());
  const started = await conversations.start(root.oid, composition.objects);
  await runtime.update((book) => book.withConversation(root.oid, { created: 0 }));
  await peering.started(started);
  return root.oid;
}

const count = ({ events }: InTheOpen, name: string) =>
  events.filter((event) => event.name === name).length;

test('SWARM-8: who meets newer rules says so, keeps the invitation, asks no more, and is in after an update', async () => {
  const [alice, bob] = [await InTheOpen.make('alice'), await InTheOpen.make('bob')];
  const older = newerProgram();
  const id = await startsNewer(alice);
  const { link } = await alice.account.createInvitationLink(id);
  const mine = await bob.account.startConversation({ mode: 2 });
  older();

  await bob.account.acceptInvitationLink(link);
  const { payload } = await bob.sees('NewerVersionNeeded');
  expect(payload).toMatchObject({ conversationId: id, rule: VERSION_RULE, commit: id });
  expect(bob.events.map(({ name }) => name)).not.toContain('CommitRefused');
  expect(bob.account.getConversations()).toContainEqual(
    expect.objectContaining({ id, syncing: true }),
  );
  await expect(bob.account.sendMessage(id, { body: 'hello?' })).rejects.toMatchObject({
    code: 'RULES_VERSION_UNSUPPORTED',
    message: 'this needs a newer version of Covey',
  });

  // What goes on there is announced, and each time nothing is fetched.
  const before = count(bob, 'QuarantineOpened');
  newerProgram();
  const shared = await alice.account.startConversation({ mode: 2 });
  await bob.joins(shared, alice);
  const fetched = count(bob, 'QuarantineOpened');
  for (const n of [1, 2, 3]) {
    await alice.says(id, `news ${n}`);
    await alice.says(shared, `also ${n}`);
    await bob.agrees(shared, alice);
  }
  expect(before).toBe(1);
  const others = bob.events.filter(
    ({ name, payload: { conversationId } }) => name === 'QuarantineOpened' && conversationId === id,
  );
  expect(others).toHaveLength(1);
  expect(count(bob, 'QuarantineOpened')).toBeGreaterThan(fetched);
  expect(bob.conversation(mine).history.size).toBe(1);

  await bob.stop();
  await bob.start();
  await bob.sees('ConversationReady', ({ conversationId }) => conversationId === id);
  await bob.agrees(id, alice);
  expect(bob.heard(id)).toEqual(['news 1', 'news 2', 'news 3']);
});
