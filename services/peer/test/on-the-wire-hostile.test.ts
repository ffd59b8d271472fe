import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readPem } from '@covey/identity';
import { Forwarder } from '@covey/testkit/network';
import { DiskHousehold } from '../src/accounts/household.ts';
import { Daemon } from './daemon.ts';
import type { Person } from './person.ts';
import { finds, type Needle, spellings } from './secret-scan.ts';

test('D8: somebody on the way finds no id, no name and no word, and no certificate', async () => {
  const wire: Uint8Array[] = [];
  const alice = await tapped('Alice of the canaries', wire);
  const bob = await tapped('Bob of the canaries', wire);
  const title = 'garden of the canaries';
  const conversationId = await alice.starts({ title });
  await bob.joins(conversationId, { invitedBy: alice });
  const text = 'what a canary sings';
  await alice.says(conversationId, text);
  await bob.hears(conversationId, text);
  await bob.says(conversationId, `${text}, answered`);
  await alice.hears(conversationId, `${text}, answered`);

  const bytes = Buffer.concat(wire);
  expect(bytes.length).toBeGreaterThan(10_000);
  const needles = [
    ...inEverySpelling('conversation', conversationId),
    ...[title, text, 'canar', 'localhost', 'covey', 'Jami'].map(plain),
    ...(await Promise.all([alice, bob].map(ofPerson))).flat(),
  ];
  expect(finds(needles, bytes)).toEqual([]);
  // The scan sees what stands there: every handshake begins so.
  expect(finds([plain('h2')], bytes)).toEqual(['h2']);
});

/** A person on a daemon that others reach by a forwarder only. */
async function tapped(name: string, wire: Uint8Array[]): Promise<Person> {
  const target = { host: '127.0.0.1', port: await freePort() };
  const forwarder = await Forwarder.open({
    listen: { host: '127.0.0.1', port: 0 },
    target: () => target,
    admits: () => true,
    tap: (_, bytes) => wire.push(bytes),
  });
  onTestFinished(() => forwarder.close());
  const { host, port } = forwarder.endpoint;
  const daemon = await Daemon.start({
    PEER_LISTEN: `${target.host}:${target.port}`,
    PEER_ADVERTISE: `${host}:${port}`,
  });
  return daemon.person(name);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  server.close();
  await once(server, 'close');
  return port;
}

async function ofPerson({ daemon, info, name }: Person): Promise<Needle[]> {
  const household = new DiskHousehold(daemon.dataFolder, () => new Date());
  const { chainPem, devicePem } = await household.folder(info.accountId).papers();
  const certificates = [chainPem, devicePem].flatMap((pem) => readPem(pem, 'CERTIFICATE'));
  return [
    ...inEverySpelling(`account of ${name}`, info.uri),
    ...inEverySpelling(`device of ${name}`, info.deviceId),
    ...[name, `${name}'s device`, info.accountId].map(plain),
    // The key of each stands in the middle; two certificates have much else in common.
    ...certificates.map((der, n) => ({
      name: `certificate ${n} of ${name}`,
      bytes: Buffer.from(der.slice(der.length - 64)),
    })),
  ];
}

function plain(text: string): Needle {
  return { name: text, bytes: Buffer.from(text) };
}

function inEverySpelling(name: string, hex: string): readonly Needle[] {
  return spellings(name, Buffer.from(hex, 'hex'));
}
