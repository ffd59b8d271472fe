import { createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { tlsSettings } from '../src/tls-settings.ts';
import { aDevice, castThrowaway, goHome, station } from './cast.ts';
import { hangUp, isCut, opened, secured } from './raw-calls.ts';

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  hangUp();
  await goHome();
});

describe('the handshake', () => {
  test('SWARM-5: TLS 1.2 is refused', async () => {
    const bob = await station();
    const { tls } = await aDevice();
    const old = { ...tlsSettings(tls), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    await expect(secured(bob, { ...old, ciphers: 'DEFAULT' })).rejects.toThrow(/alert|version/i);
  });

  test('SWARM-5: no session ticket is sent, and what a client kept is not resumed', async () => {
    const bob = await station();
    const settings = tlsSettings((await aDevice()).tls);
    const first = await secured(bob, settings);
    const tickets: Buffer[] = [];
    first.on('session', (ticket) => tickets.push(ticket));
    // HTTP/2 speaks after the handshake, and tickets would have come between.
    await new Promise((resolve) => first.once('data', resolve));
    expect(tickets).toEqual([]);
    const kept = first.getSession();
    const second = await secured(bob, { ...settings, ...(kept && { session: kept }) });
    expect(second.isSessionReused()).toBe(false);
    expect(second.getProtocol()).toBe('TLSv1.3');
    expect(second.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH', name: 'X25519' });
  });

  test.each([
    ['none', []],
    ['HTTP/1.1', ['http/1.1']],
    ['an older HTTP/2', ['h2-14', 'h2c', 'grpc-exp']],
    ['H2', ['H2', 'h2 ', 'h']],
  ])('ALPN: %s is cut', async (_, protocols) => {
    const bob = await station();
    const { tls } = await aDevice();
    await isCut(bob, { ...tlsSettings(tls), ALPNProtocols: protocols });
  });

  test('a caller without a certificate is cut', async () => {
    const bob = await station();
    const { key: _, cert: __, ...anonymous } = tlsSettings((await aDevice()).tls);
    await isCut(bob, anonymous);
  });

  test("another device's certificate without its key does not pass", async () => {
    const bob = await station();
    const [alice, mallory] = [await aDevice(), await aDevice()];
    expect(() => connectTls(tlsSettings({ ...alice.tls, pkcs8: mallory.tls.pkcs8 }))).toThrow(
      /key values mismatch/,
    );
    // A chain of somebody else's account behind one's own leaf proves nothing either.
    const [, ...issuers] = alice.tls.certificates;
    const forged = {
      ...mallory.tls,
      certificates: [...mallory.tls.certificates.slice(0, 1), ...issuers],
    };
    const { link } = await opened(bob, forged);
    expect(await link).toMatchObject({ code: 'PEER_REFUSED' });
  });

  test('a leaf, an account and a CA that nobody issued to each other are refused a channel', async () => {
    const bob = await station();
    const { link } = await opened(bob, await castThrowaway());
    expect(await link).toMatchObject({ code: 'PEER_REFUSED' });
  });

  test('nobody on the way reads who calls whom', async () => {
    const said = Promise.withResolvers<string>();
    const listener = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', (bytes) => said.resolve(bytes.toString('latin1')));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const alice = await station({}, { handshakeMs: 500 });
    const { deviceId } = await aDevice();
    const { port } = listener.address() as { port: number };
    const dialed = alice.network.dial(`localhost:${port}`, { deviceId });
    const hello = await said.promise;
    for (const name of [deviceId, alice.deviceId, alice.identity.chain.uri, 'localhost']) {
      expect(hello).not.toContain(name);
    }
    // It says nothing back: that is a deadline, not a place where nobody is.
    await expect(dialed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    listener.close();
  });

  test('a connection that opens no channel does not stay', async () => {
    const bob = await station({}, { visitMs: 50 });
    const socket = await secured(bob, tlsSettings((await aDevice()).tls));
    await new Promise((resolve) => socket.once('close', resolve).resume());
  });

  test('one device has at most eight connections', async () => {
    const bob = await station();
    const { tls } = await aDevice();
    const held = [];
    for (let n = 0; n < 8; n += 1) held.push(await secured(bob, tlsSettings(tls)));
    await isCut(bob, tlsSettings(tls));
    expect(held.filter(({ destroyed }) => destroyed)).toEqual([]);
  });
});
