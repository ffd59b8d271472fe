import { afterEach, describe, expect, test } from 'vitest';
import { linkOverNetwork } from '@covey/peer-channel';
import { anInvite, anInviteOf, CONVERSATION, drain } from './asked.ts';
import { castAccount, castThrowaway, goHome, PORTS, station } from './cast.ts';

afterEach(goHome);

const heads = (name: string) => ({ heads: [name.repeat(40)], stateDigest: '' });

describe('who may talk', () => {
  test('a device that is not the expected one is hung up on', async () => {
    const [alice, bob, carol] = [await station(), await station(), await station()];
    const dialed = alice.network.dial(bob.address, { deviceId: carol.deviceId });
    await expect(dialed).rejects.toMatchObject({ code: 'PEER_WRONG_DEVICE' });
    const uri = carol.identity.chain.uri;
    const byUri = alice.network.dial(bob.address, { uri });
    await expect(byUri).rejects.toMatchObject({ code: 'PEER_WRONG_DEVICE' });
    expect(bob.links).toEqual([]);
  });

  test('a stranger is refused a channel, and may knock', async () => {
    const seen: unknown[] = [];
    const bob = await station({
      admits: () => false,
      invite: async (remote, request) => {
        seen.push([remote.deviceId, request.body?.$case]);
        return { body: { $case: 'delivered', value: {} } };
      },
    });
    const alice = await station();
    const dialed = alice.network.dial(bob.address, { deviceId: bob.deviceId });
    await expect(dialed).rejects.toMatchObject({ code: 'PEER_REFUSED' });
    const { response, remote } = await alice.network.knock(bob.address, {}, anInvite());
    expect(response.body?.$case).toBe('delivered');
    expect(remote.deviceId).toBe(bob.deviceId);
    expect(seen).toEqual([[alice.deviceId, 'invite']]);
  });

  test('a device that this side does not admit is not dialed', async () => {
    const [alice, bob] = [await station({ admits: () => false }), await station()];
    const dialed = alice.network.dial(bob.address, { deviceId: bob.deviceId });
    await expect(dialed).rejects.toMatchObject({ code: 'PEER_REFUSED' });
    expect(bob.links).toEqual([]);
  });

  test('a device does not talk to itself', async () => {
    const alice = await station();
    const dialed = alice.network.dial(alice.address, {});
    await expect(dialed).rejects.toMatchObject({ code: 'PEER_WRONG_DEVICE' });
  });

  test('an invitation of 64 kB arrives, one byte more does not', async () => {
    const bob = await station({
      admits: () => false,
      invite: async () => ({ body: { $case: 'delivered', value: {} } }),
    });
    const alice = await station();
    const fits = anInviteOf(64 * 1024);
    expect((await alice.network.knock(bob.address, {}, fits)).response.body?.$case).toBe(
      'delivered',
    );
    const tooLong = alice.network.knock(bob.address, {}, anInviteOf(64 * 1024 + 1));
    await expect(tooLong).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });

  test('SAFE-5: after five invitations at once the sixth has to wait', async () => {
    const bob = await station({
      admits: () => false,
      invite: async () => ({ body: { $case: 'delivered', value: {} } }),
    });
    const alice = await station();
    for (let n = 0; n < 5; n += 1) await alice.network.knock(bob.address, {}, anInvite());
    const sixth = alice.network.knock(bob.address, {}, anInvite());
    await expect(sixth).rejects.toMatchObject({
      code: 'RATE_EXCEEDED',
      data: { retryAfterSeconds: '60' },
    });
  });

  test('BAN-2: who loses the right in the middle of a fetch is cut within a second', async () => {
    let admitted = true;
    const begun = Promise.withResolvers<void>();
    const bob = await station({
      admits: () => admitted,
      async *fetch() {
        for (;;) {
          yield new Uint8Array(64 * 1024);
          begun.resolve();
        }
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const reading = drain(link);
    await begun.promise;
    admitted = false;
    const at = performance.now();
    bob.network.recheck();
    await expect(reading).rejects.toMatchObject({ code: 'PEER_REFUSED' });
    expect(await link.closed).toBe('PEER_REFUSED');
    expect(performance.now() - at).toBeLessThan(1000);
  });

  test('each call is authorized by itself', async () => {
    let admitted = true;
    const bob = await station({ admits: () => admitted, heads: async () => heads('b') });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    await link.heads({ conversationId: CONVERSATION });
    admitted = false;
    const call = link.heads({ conversationId: CONVERSATION });
    await expect(call).rejects.toMatchObject({ code: 'PEER_REFUSED' });
  });

  test('a certificate that is out of date opens nothing', async () => {
    const account = await castAccount();
    const eleven = new Date(Date.now() - 11 * 365 * 24 * 3_600_000);
    const alice = await station({}, {}, await account.device(eleven));
    const bob = await station();
    await expect(alice.network.dial(bob.address, {})).rejects.toMatchObject({
      code: 'PEER_REFUSED',
    });
    await expect(bob.network.dial(alice.address, {})).rejects.toMatchObject({
      code: 'PEER_WRONG_DEVICE',
    });
  });

  test('ID-4: a device without papers may link, and nothing else', async () => {
    const bob = await station({
      link: async ({ deviceId }, { codeProof, deviceName }) => ({
        accountChainPem: codeProof,
        deviceCertificatePem: new TextEncoder().encode(deviceId),
        bundle: new TextEncoder().encode(deviceName),
      }),
    });
    const identity = await castThrowaway();
    const request = {
      ...{ codeProof: Uint8Array.of(7), publicKey: new Uint8Array(), deviceName: 'phone' },
    };
    const response = await linkOverNetwork({ ...PORTS, identity }, bob, request);
    expect(response.accountChainPem).toEqual(Uint8Array.of(7));
    expect(new TextDecoder().decode(response.deviceCertificatePem)).toBe(identity.deviceId);
    const [carol] = [await station()];
    const wrong = linkOverNetwork(
      { ...PORTS, identity },
      { ...bob, deviceId: carol.deviceId },
      request,
    );
    await expect(wrong).rejects.toMatchObject({ code: 'PEER_WRONG_DEVICE' });
  });
});
