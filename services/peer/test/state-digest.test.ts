import { expect, test } from 'vitest';
import type { DevicePorts, Handlers, Link } from '@covey/device';
import { group } from './group.ts';
import { InTheOpen } from './in-the-open.ts';

const LIE = 'f'.repeat(64);

/** Another object in its place, that answers some calls in its own way. */
function changed<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(key in own ? own : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A device whose network others have changed. */
const withHandlers =
  (change: (handlers: Handlers) => Handlers) =>
  (ports: DevicePorts): DevicePorts => ({
    ...ports,
    network: (id, identity, handlers) => ports.network(id, identity, change(handlers)),
  });

/** What this device tells others of a state is not what it has. */
const lying = withHandlers((handlers) => {
  const known = new Map<Link, Link>();
  const lyingLink = (link: Link): Link => {
    const announce: Link['announce'] = (request) => link.announce({ ...request, stateDigest: LIE });
    const lies = known.get(link) ?? changed(link, { announce });
    known.set(link, lies);
    return lies;
  };
  return changed(handlers, {
    linked: (link) => handlers.linked(lyingLink(link)),
    announce: (link, request) => handlers.announce(lyingLink(link), request),
    heads: async (link, request) => {
      const { heads } = await handlers.heads(lyingLink(link), request);
      return { heads, stateDigest: LIE };
    },
  });
});

test('SWARM-8: the same commits with another state digest are reported as a bug, and nothing is destroyed', async () => {
  const errors: object[] = [];
  const noted = (ports: DevicePorts): DevicePorts => ({
    ...ports,
    log: {
      ...{ debug: () => {}, info: () => {}, warn: () => {} },
      error: (fields, text) => errors.push({ text, ...fields }),
    },
  });
  const { alice, id } = await group({ change: noted });
  const bob = await InTheOpen.make('bob', { change: lying });
  await bob.joins(id, alice);
  await alice.sees('StateDiverged', ({ digest, from }) => digest === LIE && from === bob.deviceId);
  const before = alice.events.length;
  await bob.says(id, 'still here');
  const { payload } = await alice.sees('StateDiverged', () => true, { after: before });
  const { stateDigest: ownDigest } = await alice.account.conversationState(id);
  expect(payload).toEqual({ conversationId: id, from: bob.deviceId, digest: LIE, ownDigest });
  const told = { text: 'state digests differ', conversation: id, digest: LIE, ownDigest };
  expect(errors).toContainEqual(expect.objectContaining(told));
  expect(alice.heard(id)).toEqual(['still here']);
  await alice.says(id, 'so am I');
  await bob.agrees(id, alice);
});

test('SWARM-8: who fetches compares with what was announced, and the announcer hears of it without more words when all is well', async () => {
  const announced: string[] = [];
  const counting = withHandlers((handlers) =>
    changed(handlers, {
      announce: (link, request) => {
        announced.push(request.commit);
        return handlers.announce(link, request);
      },
    }),
  );
  const { alice, bob, id } = await group('bob', { change: counting });
  announced.length = 0;
  const { oid } = await alice.says(id, 'hello');
  await bob.agrees(id, alice);
  await bob.says(id, 'hello too');
  await alice.agrees(id, bob);
  expect(announced).not.toContain(oid);
  const diverged = [alice, bob].flatMap(({ events }) =>
    events.filter(({ name }) => name === 'StateDiverged'),
  );
  expect(diverged).toEqual([]);
});
