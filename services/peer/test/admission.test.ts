import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { writePack } from '@covey/git-objects';
import { issueCrl, readCertificate, readPem, writePem } from '@covey/identity';
import { nodeDeflate, nodeDigests, signerFromPkcs8 } from '@covey/node-crypto';
import { ban, group } from './group.ts';
import { InTheOpen } from './in-the-open.ts';
import { knocker } from './knocker.ts';

type Payload = Readonly<Record<string, unknown>>;
const about = (person: InTheOpen) => (payload: Payload) => payload['deviceId'] === person.deviceId;
/** A commit of this kind was taken in. */
const taken = (action: string) => (payload: Payload) =>
  (payload['message'] as { fields: Payload }).fields['action'] === action;

/** Milliseconds from the one event to the other, as this account saw them. */
const between = ({ times }: InTheOpen, ...events: readonly [object, object]) => {
  const [from = NaN, to = NaN] = events.map((event) => times.get(event as never));
  return to - from;
};

describe('a ban', () => {
  test('BAN-2: closes live links within a second, on every side, and the banned hears why', async () => {
    const { alice, bob, carol, id } = await group('bob', 'carol');
    await bob.sees('PeerConnected', about(carol));
    await ban(alice, id, bob.uri);
    for (const side of [alice, carol]) {
      const adopted = await side.sees('MessageReceived', taken('ban'));
      const after = side.events.indexOf(adopted);
      const closed = await side.sees('PeerDisconnected', about(bob), { after });
      expect(between(side, adopted, closed)).toBeLessThan(1000);
    }
    // Turned away, he asks for resolutions, and finds the one about himself.
    await bob.sees('ConversationMemberEvent', ({ action }) => action === 'ban');
    await expect(bob.says(id, 'but')).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
    await alice.says(id, 'not for bob');
    await carol.agrees(id, alice);
    expect(bob.heard(id)).toEqual([]);
  });

  test('BAN-2: cuts a fetch in the middle, also where the connection stays for another conversation', async () => {
    const { alice, bob, id } = await group('bob');
    const shared = await alice.account.startConversation({ mode: 2 });
    await bob.joins(shared, alice);
    for (let n = 0; n < 120; n++) await alice.says(id, randomBytes(15_000).toString('base64'));
    const { heads } = alice.conversation(id);
    const bobsDevice = await knocker(bob);
    const { uri } = bob;
    await bob.stop();
    const link = await bobsDevice.dials(alice);
    const asked = { conversationId: id, wants: [...heads], haves: [], maxBytes: 0 };
    const chunks = link.fetch(asked)[Symbol.asyncIterator]();
    expect((await chunks.next()).done).toBe(false);

    await ban(alice, id, uri);
    const at = performance.now();
    const rest = async () => {
      for (let next = await chunks.next(); !next.done; next = await chunks.next());
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CONVERSATION_NOT_FOUND' });
    expect(performance.now() - at).toBeLessThan(1000);
    expect((await link.heads({ conversationId: shared })).heads).not.toEqual([]);

    await ban(alice, shared, uri);
    const banned = performance.now();
    expect(await link.closed).toBe('PEER_REFUSED');
    expect(performance.now() - banned).toBeLessThan(1000);
    await expect(bobsDevice.dials(alice)).rejects.toMatchObject({ code: 'PEER_REFUSED' });
  });
});

describe('a revocation', () => {
  test('ID-3: closes the links of the device within a second, its own account’s too', async () => {
    const { alice, bob, id } = await group('bob');
    const { code } = await alice.account.addDevice();
    const lost = await InTheOpen.make('lost', { code });
    await lost.sees('ConversationReady', ({ conversationId }) => conversationId === id);
    await lost.says(id, 'from my phone');
    await bob.agrees(id, lost);
    await bob.sees('PeerConnected', about(lost));
    await alice.agrees(id, lost);
    await alice.write(id, { kind: 'revoke', crl: await listOf(alice, lost) });
    for (const side of [alice, bob]) {
      const adopted = await side.sees('MessageReceived', ({ message }) =>
        (message as { type: string }).type.endsWith('papers'),
      );
      const after = side.events.indexOf(adopted);
      const closed = await side.sees('PeerDisconnected', about(lost), { after });
      expect(between(side, adopted, closed)).toBeLessThan(1000);
    }
    const thief = await knocker(lost);
    await expect(thief.dials(bob)).rejects.toMatchObject({ code: 'PEER_REFUSED' });
    await expect(thief.dials(alice)).rejects.toMatchObject({ code: 'PEER_REFUSED' });
  });
});

describe('two halves that have banned each other', () => {
  test('BAN-5: hear of it from each other alone, and are one group again', async () => {
    const { alice, carol, id } = await halves();
    await Promise.all([alice.start(), carol.start()]);
    await alice.agrees(id, carol);
    await carol.says(id, 'what was that?');
    await alice.sees('MessageReceived', ({ message }) =>
      Object.values((message as { fields: object }).fields).includes('what was that?'),
    );
    // What was said side by side stands in the order of its ids.
    const said = ['here as well', 'the others are gone', 'what was that?'];
    for (const side of [alice, carol]) {
      const heard = side.heard(id).filter((body) => !String(body).startsWith('long'));
      expect(heard.toSorted()).toEqual(said);
      expect(heard.at(-1)).toBe('what was that?');
    }
  });
});

describe('somebody outside', () => {
  test('BAN-2: who is banned brings in nothing but resolutions', async () => {
    const failures: unknown[] = [];
    const heard = Promise.withResolvers<void>();
    const { alice, bob, id } = await group('bob', {
      change: (ports) => ({
        ...ports,
        log: {
          ...{ info: () => {}, warn: () => {}, error: () => {} },
          debug: (fields: object, text: string) => {
            if (text !== 'asking for resolutions failed') return;
            failures.push((fields as { err: { code: string } }).err.code);
            heard.resolve();
          },
        },
      }),
    });
    await bob.says(id, 'one');
    await alice.agrees(id, bob);
    const before = bob.conversation(id).heads;
    await bob.runtime.peering.close();
    await ban(alice, id, bob.uri);
    // On old parents, as a program that he has changed would do it.
    const { oid } = await bob.says(id, 'behind your backs');
    const objects = await bob.conversation(id).objectsFor([oid], before, 0);
    const pack = () =>
      writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });
    const forker = await knocker(bob, {
      reconcile: async () => ({ offers: [oid], pack: pack() }),
    });
    await forker.reconciles(alice, {
      conversationId: id,
      offers: [oid],
      addresses: [...forker.addresses],
    });
    await heard.promise;
    expect(failures).toEqual(['PEER_REFUSED']);
    expect(alice.conversation(id).knows(oid)).toBe(false);
  });

  test('D6: who never was in the conversation hears the same as of one that is not there, and is asked nothing', async () => {
    const { alice, id } = await group('bob');
    const eve = await InTheOpen.make('eve');
    let asked = 0;
    const stranger = await knocker(eve, {
      reconcile: async () => {
        asked += 1;
        return { offers: [], pack: (async function* () {})() };
      },
    });
    const addresses = [...stranger.addresses];
    const [known, unknown] = await Promise.all(
      [id, 'e'.repeat(40)].map((conversationId) =>
        stranger.reconciles(alice, {
          conversationId,
          offers: ['f'.repeat(40)],
          haves: [id],
          addresses,
        }),
      ),
    );
    expect(known).toEqual({ offers: [], bytes: 0 });
    expect(unknown).toEqual(known);
    await stranger.reconciles(alice, { conversationId: id });
    expect(asked).toBe(0);
    expect(Object.keys(alice.runtime.book.state.peers)).not.toContain(eve.deviceId);
  });
});

/** Alice's list, on which the other device stands. */
async function listOf({ runtime: { papers } }: InTheOpen, { runtime }: InTheOpen) {
  const [account = new Uint8Array()] = readPem(papers.chainPem, 'CERTIFICATE');
  const [device = new Uint8Array()] = readPem(runtime.papers.devicePem, 'CERTIFICATE');
  const crl = await issueCrl({
    account: readCertificate(account),
    accountSigner: signerFromPkcs8(papers.accountPkcs8),
    number: 1n,
    revoked: [readCertificate(device).serialHex],
    now: new Date(),
  });
  return writePem([crl], 'X509 CRL');
}

/** Alice and bob have banned carol, while carol and bob's other device banned alice. All are stopped. */
async function halves() {
  const { alice, bob, carol, id } = await group('bob', 'carol');
  const { code } = await bob.account.addDevice();
  const second = await InTheOpen.make('second', { code });
  await second.sees('ConversationReady', ({ conversationId }) => conversationId === id);
  const vote = (by: InTheOpen, action: 'ban' | 'promote', target: InTheOpen) =>
    by.write(id, { kind: 'vote', action, target: target.uri });
  await vote(alice, 'promote', bob);
  await alice.write(id, { kind: 'resolve', action: 'promote', target: bob.uri });
  await bob.agrees(id, alice);
  await vote(alice, 'promote', carol);
  await bob.agrees(id, alice);
  await vote(bob, 'promote', carol);
  await bob.write(id, { kind: 'resolve', action: 'promote', target: carol.uri });
  for (const each of [alice, carol, second]) await each.agrees(id, bob);

  const [aliceUri, carolUri] = [alice.uri, carol.uri];
  await Promise.all([carol.stop(), second.stop()]);
  await alice.write(id, { kind: 'vote', action: 'ban', target: carolUri });
  await bob.agrees(id, alice);
  await bob.write(id, { kind: 'vote', action: 'ban', target: carolUri });
  await alice.agrees(id, bob);
  await alice.says(id, 'the others are gone');
  // More than comes in one pack.
  for (let n = 0; n < 130; n++) await alice.says(id, `long ${randomBytes(15_000).toString('hex')}`);
  await alice.write(id, { kind: 'resolve', action: 'ban', target: carolUri });
  await bob.agrees(id, alice);

  await Promise.all([alice.stop(), bob.stop()]);
  await Promise.all([carol.start(), second.start()]);
  await carol.write(id, { kind: 'vote', action: 'ban', target: aliceUri });
  await second.agrees(id, carol);
  await second.write(id, { kind: 'vote', action: 'ban', target: aliceUri });
  await carol.agrees(id, second);
  await carol.says(id, 'here as well');
  await carol.write(id, { kind: 'resolve', action: 'ban', target: aliceUri });
  await second.agrees(id, carol);
  await Promise.all([carol.stop(), second.stop()]);
  return { alice, carol, id };
}
