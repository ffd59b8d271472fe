import { agreed } from './agreement.ts';
import { fingerprint } from './copies.ts';
import { expectThat } from './expectation.ts';
import { Hostile } from './hostile.ts';
import type { Lie } from './hostile-process.ts';
import type { Stage } from './stage.ts';

/** What each lie breaks. */
const EXPECTED: Readonly<Record<Lie, string>> = {
  'admin by text': 'message/no-other-change',
  'edit of another': 'edit/same-account',
  'false signature': 'every-commit/signature',
};

/** A client with the keys and the membership of Carol says what no honest program would. */
export async function attack(stage: Stage, conversationId: string): Promise<void> {
  const { transcript, network, laptop, phone, bob, carol } = stage;
  const victims = [laptop, phone, bob];
  transcript.chapter('A hostile client with valid keys and membership');
  const theirs = await laptop.say(conversationId, { body: 'these are the words of Alice' });
  await agreed(stage.devices, conversationId, new Set([theirs]));
  await carol.stop();
  const hostile = await Hostile.inPlaceOf(carol, network);
  stage.guests.push(hostile);
  for (const victim of victims) await hostile.meet(victim, conversationId);
  await agreed(victims, conversationId);
  transcript.say(
    'Carol’s daemon is stopped; a program that signs anything has her keys and is connected',
  );

  const before = await fingerprints();
  for (const [lie, rule] of Object.entries(EXPECTED) as [Lie, string][]) {
    const commit = await hostile.lie(lie, theirs);
    const refusals = await Promise.all(
      victims.map(({ name, events }) =>
        events.until(
          `${name} refuses: ${lie}`,
          (event) => event.name === 'CommitRefused' && event.payload['commit'] === commit,
        ),
      ),
    );
    const [first] = refusals.map(({ payload }) => payload);
    expectThat(
      refusals.every(({ payload }) => payload['rule'] === rule),
      `“${lie}” breaks ${rule}, not ${String(first?.['rule'])}`,
    );
    const path = String(first?.['path']);
    const isAdminFile = path === `admins/${carol.account.uri}.crt`;
    expectThat(lie !== 'admin by text' || isAdminFile, 'the refusal names the path');
    transcript.say(
      `${commit.slice(0, 8)} ${lie.padEnd(15)} refused by all three: ${rule}${path && `, ${shortened(path)}`}`,
    );
  }
  expectThat((await fingerprints()).join() === before.join(), 'the stores are byte-identical');
  transcript.say('all three stores, refs and objects, are byte-identical to before');

  const honest = await bob.say(conversationId, { body: 'anybody else here?' });
  await agreed(victims, conversationId, new Set([honest]));
  transcript.say('the next honest message, Bob’s, arrived on both devices of Alice');
  await hostile.leave();
  await carol.start();
  await agreed(stage.devices, conversationId, new Set([honest]));
  transcript.say('the hostile client is gone; Carol’s own daemon is back and has it too');

  function fingerprints(): Promise<readonly string[]> {
    return Promise.all(victims.map((victim) => fingerprint(victim.repository(conversationId))));
  }
}

function shortened(path: string): string {
  return path.replace(/[0-9a-f]{40}/, (uri) => `${uri.slice(0, 8)}…`);
}
