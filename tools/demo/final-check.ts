import { verifiedCopy } from './copies.ts';
import type { DemoDevice } from './demo-device.ts';
import { expectThat } from './expectation.ts';
import type { Stage } from './stage.ts';

interface Copy {
  readonly device: DemoDevice;
  readonly conversationId: string;
  readonly title: string;
  readonly digest: string;
}

/** Every copy of every conversation is judged with no daemon running. */
export async function finalCheck({ transcript, devices }: Stage): Promise<void> {
  transcript.chapter('covey verify and git fsck --strict on every copy');
  const copies = (await Promise.all(devices.map(copiesOn))).flat();
  await Promise.all(devices.map((device) => device.stop()));
  transcript.say('all daemons stopped with exit code 0');
  const digests = new Map<string, string>();
  for (const { device, conversationId, title, digest } of copies) {
    const { commits, stateDigest } = await verifiedCopy(device, conversationId);
    expectThat(
      stateDigest === digest,
      `the copy of ${device.name} has the digest that its daemon told`,
    );
    const first = digests.get(conversationId) ?? stateDigest;
    digests.set(conversationId, first);
    expectThat(stateDigest === first, `all copies of ${title} have one digest`);
    transcript.say(
      `${device.name.padEnd(12)}  ${title.padEnd(8)}  verify ok  fsck ok  ${commits} commits  ${stateDigest.slice(0, 16)}`,
    );
  }
}

async function copiesOn(device: DemoDevice): Promise<readonly Copy[]> {
  const { accountId } = device.account;
  const conversations = await device.peer.call('getConversations', { accountId });
  return Promise.all(
    conversations.map(async ({ id, title }) => {
      const { stateDigest } = await device.state(id);
      return { device, conversationId: id, title, digest: stateDigest };
    }),
  );
}
