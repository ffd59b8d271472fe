import { randomBytes } from 'node:crypto';
import { ByteGate } from '@covey/testkit/network';
import { agreed, meshed, sameMessages } from './agreement.ts';
import { expectThat, inTime } from './expectation.ts';
import type { Stage } from './stage.ts';

/** What Alice's phone misses: more than the line lets through. */
const MISSED = 24;
const MISSED_BYTES = 8 * 1024;
/** Enough for greeting three peers and for some of the pack, not for all of it. */
const GATE_BYTES = 96 * 1024;

/** A peer is killed while foreign objects lie half fetched in its quarantine. */
export async function crash(stage: Stage, conversationId: string): Promise<void> {
  const { transcript, network, devices, phone } = stage;
  const others = devices.filter((device) => device !== phone);
  transcript.chapter('kill -9 while a quarantine is open');
  network.cut(
    [phone.name],
    others.map(({ name }) => name),
  );
  await Promise.all([meshed([phone], conversationId), meshed(others, conversationId)]);
  const acknowledged = new Set<string>();
  const phoneSays = async (body: string) => {
    acknowledged.add(await phone.say(conversationId, { body }));
  };
  await Promise.all(['one', 'two', 'three'].map((word) => phoneSays(`written apart: ${word}`)));
  const missed = new Set<string>();
  for (let n = 0; n < MISSED; n++) {
    const body = randomBytes((MISSED_BYTES * 3) / 4).toString('base64'); // does not compress
    const speaker = others[n % others.length];
    if (speaker) missed.add(await speaker.say(conversationId, { body }));
  }
  await agreed(others, conversationId, missed);
  transcript.say(
    `Alice’s phone is cut off; it misses ${missed.size} long texts, ${(MISSED * MISSED_BYTES) / 1024} KiB`,
  );

  const gate = new ByteGate(GATE_BYTES);
  network.throttle(phone.name, gate);
  const since = phone.events.seen.length;
  network.heal();
  await phone.events.until('a quarantine opens', ({ name }) => name === 'QuarantineOpened', since);
  await inTime('the line holds bytes back', gate.held);
  await Promise.all(['four', 'five'].map((word) => phoneSays(`while fetching: ${word}`)));
  await phone.kill();
  transcript.say(
    `event QuarantineOpened, the line stalls after ${GATE_BYTES / 1024} KiB: its daemon is killed with SIGKILL`,
  );
  const taken = phone.events.seen.filter(
    ({ name }) => name === 'ConversationSyncFinished' || name === 'CommitRefused',
  );
  expectThat(
    taken.every(({ id }) => id <= (phone.events.seen[since - 1]?.id ?? 0)),
    'the quarantine was still open',
  );

  network.release(phone.name);
  await phone.start();
  const kept = new Set((await phone.messages(conversationId)).map(({ id }) => id as string));
  expectThat(
    [...acknowledged].every((id) => kept.has(id)),
    'everything that the phone had acknowledged is still there',
  );
  expectThat(![...missed].some((id) => kept.has(id)), 'nothing half fetched was taken in');
  transcript.say(
    `it is back: all ${acknowledged.size} messages that it had acknowledged are there, nothing half fetched`,
  );
  await meshed(devices, conversationId);
  const { stateDigest } = await agreed(
    devices,
    conversationId,
    new Set([...acknowledged, ...missed]),
  );
  await sameMessages(devices, conversationId);
  transcript.say(`it has caught up: same order, digest ${stateDigest.slice(0, 16)} on all four`);
}
