import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseDeviceId } from '@covey/identity';
import { isTagOf, LanDiscovery, type Sighting } from '@covey/lan-discovery';

const MDNS_PORT = 40_000 + (process.pid % 20_000);
const interfaces = ['127.0.0.1'];
const [alice, bob] = [parseDeviceId('a'.repeat(64)), parseDeviceId('b'.repeat(64))];

test('packets of noise stop nobody from being found', async () => {
  const at = { port: 4000, interfaces, mdnsPort: MDNS_PORT };
  const ears = new LanDiscovery({ deviceId: alice }, at);
  const seen = Promise.withResolvers<Sighting>();
  ears.onFound((sighting) => seen.resolve(sighting));
  ears.start();

  const noise = createSocket({ type: 'udp4', reuseAddr: true });
  noise.bind(0, '127.0.0.1');
  await once(noise, 'listening');
  noise.setMulticastInterface('127.0.0.1');
  for (const packet of packets()) noise.send(packet, MDNS_PORT, '224.0.0.251');

  const mouth = new LanDiscovery({ deviceId: bob }, { ...at, port: 4001 });
  mouth.start();
  const { addresses, deviceTag } = await seen.promise;
  expect(isTagOf(deviceTag, bob)).toBe(true);
  expect(addresses[0]).toBe('127.0.0.1:4001');
  noise.close();
  await Promise.all([ears.close(), mouth.close()]);
});

test('a type that is none is refused', () => {
  const settings = { port: 1, service: '_a.b._tcp' } as const;
  expect(() => new LanDiscovery({ deviceId: alice }, settings)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});

/** Noise, and an answer whose records are cut off, name nothing or name each other in a circle. */
function packets(): Uint8Array[] {
  const answer = Buffer.from('000084000000000100000000', 'hex');
  const name = Buffer.from('\x06_covey\x04_tcp\x05local\x00', 'latin1');
  const pointer = Buffer.concat([answer, name, Buffer.from('000c000100000e100002c00c', 'hex')]);
  const circle = Buffer.concat([answer, Buffer.from('c00c000c000100000e100002c00c', 'hex')]);
  const cut = pointer.subarray(0, pointer.length - 3);
  return [pointer, circle, cut, ...Array.from({ length: 50 }, (_, n) => randomBytes(1 + 30 * n))];
}
