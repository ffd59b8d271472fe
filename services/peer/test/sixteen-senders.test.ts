import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { peopleApart } from './daemon.ts';
import { fsck } from './git.ts';
import { agree, type Person } from './person.ts';

const SENDERS = 16;
const EACH = 625;

test('SYNC-7, SAFE-1: 10,000 messages of 16 senders reach four peers, each once, while all of them pack', {
  timeout: 600_000,
}, async ({ annotate }) => {
  const cast = await peopleApart('alice', 'bob', 'carol', 'dave', 'erin');
  const { alice, ...others } = cast;
  const conversationId = await alice.starts();
  for (const person of Object.values(others))
    await person.joins(conversationId, { invitedBy: alice });

  const begun = performance.now();
  const waits: number[] = [];
  const sent = await Promise.all(
    Array.from({ length: SENDERS }, async (_, sender) => {
      const bodies: string[] = [];
      for (let n = 0; n < EACH; n++) {
        const at = performance.now();
        bodies.push(`sender ${sender}, message ${n}`);
        await alice.says(conversationId, bodies.at(-1) ?? '');
        waits.push(performance.now() - at);
      }
      return bodies;
    }),
  );
  const acknowledged = performance.now();
  const everyone = Object.values(cast);
  await agree(conversationId, everyone, { withinMs: 300_000 });
  const arrived = performance.now();

  const said = sent.flat().sort();
  const memory: number[] = [];
  for (const person of everyone) {
    const heard = await wholeHistory(person, conversationId);
    expect(heard.sort()).toEqual(said);
    memory.push(mostMemory(person));
    // git cannot look at packs while they are gathered.
    await person.daemon.stop();
    const repository = person.daemon.repository(person, conversationId);
    expect(fsck(repository)).toBe('');
    // Many hundred batches were written; packing has gathered them on the way.
    const names = await readdir(join(repository, 'objects', 'pack'));
    expect(names.filter((name) => name.endsWith('.idx')).length).toBeLessThan(150);
  }
  waits.sort((a, b) => a - b);
  const perSecond = (ms: number) => `${Math.round((said.length / ms) * 1000)} messages/s`;
  await annotate(
    [
      `acknowledged ${perSecond(acknowledged - begun)}, everywhere ${perSecond(arrived - begun)}`,
      `acknowledged after ${waits[waits.length / 2]?.toFixed(1)} ms in the middle`,
      `${waits[Math.floor(waits.length * 0.99)]?.toFixed(1)} ms of one in a hundred`,
      `most memory: ${memory.map((mebibytes) => `${mebibytes} MiB`).join(', ')}`,
    ].join('; '),
  );
});

/** Bodies of all messages, read page by page. */
async function wholeHistory(person: Person, conversationId: string): Promise<string[]> {
  const bodies: string[] = [];
  for (let from: string | undefined; ; ) {
    const page = await person.call('loadConversation', {
      conversationId,
      n: 1000,
      ...(from === undefined ? {} : { from }),
    });
    const [oldest] = page;
    if (!oldest) return bodies;
    bodies.push(
      ...page.flatMap(({ type, fields }) => (type === 'text/plain' ? [fields['body'] ?? ''] : [])),
    );
    from = oldest.id;
  }
}

/** Largest resident set of the daemon so far (proc(5), VmHWM). */
function mostMemory({ daemon }: Person): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
