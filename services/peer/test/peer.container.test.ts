import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AccountInfo, Message } from '@covey/device';
import { Daemon } from './daemon.ts';
import {
  buildImage,
  freePort,
  hasEngine,
  npmRegistry,
  output,
  PeerContainer,
} from './peer-container.ts';

const RUN = randomUUID().slice(0, 8);
const IMAGE = `covey-peer-test:${RUN}`;
/** With nothing in the engine's cache, and a slow registry. */
const BUILD = 180_000;
const STORY = { timeout: 120_000 };

const SUITE = 'a peer in a container';

describe.skipIf(!hasEngine)(
  hasEngine ? SUITE : `${SUITE} (not run: no container engine answers)`,
  () => {
    beforeAll(() => buildImage(IMAGE), BUILD);
    afterAll(() => output('docker', ['image', 'rm', IMAGE]));

    test(
      'SHAPE-5: it talks with a peer of the host, and neither a restart nor a kill loses anything',
      STORY,
      async () => {
        const server = await PeerContainer.start(IMAGE);
        await server.covey('init', '--name', 'Server');
        const conversationId = await server.covey('new', 'Garden');
        const link = await server.covey('invite', 'Garden', '--link');

        const alice = await (await Daemon.start()).person('alice');
        await alice.call('acceptInvitationLink', { link });
        await alice.has(conversationId);
        await alice.says(conversationId, 'from the host');
        await server.hears('Garden', 'from the host');
        await server.covey('send', 'Garden', 'from the container');
        await alice.hears(conversationId, 'from the container');

        const before = await server.covey('whoami');
        for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
          await server.restart(signal);
          expect(await server.covey('whoami')).toBe(before);
          await alice.says(conversationId, `after ${signal}`);
          await server.hears('Garden', `after ${signal}`);
        }

        const log = JSON.parse(await server.covey('log', 'Garden', '--json')) as Message[];
        expect(log.flatMap(({ fields }) => fields['body'] ?? [])).toEqual([
          'from the host',
          'from the container',
          'after SIGTERM',
          'after SIGKILL',
        ]);
        const { accountId } = await whoami(server);
        const repository = `/data/${accountId}/conversations/${conversationId}`;
        await server.covey('verify', repository);
        const tooOpen = 'find /data -type f ! -perm 600 -o -type d ! -perm 700';
        expect(await server.exec(...tooOpen.split(' ')), 'open to others').toBe('');
      },
    );

    test('SHAPE-5: it becomes a further device of an account of the host', STORY, async () => {
      // Where a container reaches the host differs; the device tells all of its addresses.
      const daemon = await Daemon.start({ PEER_LISTEN: '0.0.0.0:0' });
      const alice = await daemon.person('alice');
      const conversationId = await alice.starts({ title: 'Garden' });
      await alice.says(conversationId, 'said before');
      const { code } = await alice.call('addDevice', {});

      const server = await PeerContainer.start(IMAGE);
      expect(await server.covey('init', '--link', code)).toBe(alice.uri);
      await server.covey('watch', '--after', '0', '--until', 'ConversationReady');
      expect(await server.covey('log', 'Garden')).toContain('said before');
    });

    test('it runs without rights, and can write to its volume and /tmp alone', STORY, async () => {
      const server = await PeerContainer.start(IMAGE);
      const status = await server.exec('cat', '/proc/1/status');
      expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      for (const folder of ['/', '/app', '/home/node', '/usr/local/bin', '/var/tmp']) {
        await expect(server.exec('touch', `${folder}/x`)).rejects.toThrow('Read-only file system');
      }
      await server.exec('touch', '/tmp/x', '/data/x');
    });

    test('docker stop ends it with exit code 0', STORY, async () => {
      const server = await PeerContainer.start(IMAGE);
      await server.covey('init', '--name', 'Server');
      await output('docker', ['stop', server.id]);
      expect(await server.inspect('{{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false');
    });

    test(
      'its second account takes a port of its own, and the first keeps the published one',
      STORY,
      async () => {
        const server = await PeerContainer.start(IMAGE);
        const accounts = [];
        for (const name of ['First', 'Second']) {
          await server.covey('init', '--name', name);
          accounts.push(await whoami(server, name));
        }
        const [first, second] = accounts;
        expect(first?.addresses).toEqual([server.address]);
        expect(second?.addresses.join()).not.toContain(server.address);
        await server.restart('SIGTERM');
        expect(await whoami(server, 'First')).toEqual(first);
        expect(await whoami(server, 'Second')).toEqual(second);
      },
    );

    test('what its health check asks fails where no daemon answers', STORY, async () => {
      const [, check = ''] = JSON.parse(
        await output('docker', ['inspect', '--format', '{{json .Config.Healthcheck.Test}}', IMAGE]),
      ) as string[]; // CMD-SHELL and the line
      const asked = output('docker', ['run', '--rm', IMAGE, 'sh', '-c', check]);
      await expect(asked).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('DAEMON_UNREACHABLE'),
      });
    });

    test('a setting that does not exist stops the start with 78 and its name', STORY, async () => {
      const start = output('docker', ['run', '--rm', '--env', 'PEER_LISTN=[::]:4500', IMAGE]);
      await expect(start).rejects.toMatchObject({
        code: 78,
        stderr: expect.stringContaining('PEER_LISTN: there is no such setting'),
      });
    });

    test(
      'SHAPE-5: an operator brings it up with Docker Compose as it stands, and down again',
      STORY,
      async () => {
        const env = { COVEY_PORT: `${await freePort()}`, NPM_CONFIG_REGISTRY: await npmRegistry() };
        const compose = (...args: string[]) =>
          output('docker', ['compose', '--project-name', `covey-test-${RUN}`, ...args], env);
        onTestFinished(async () => {
          await compose('down', '--volumes', '--rmi', 'local');
        });

        expect(await compose('config', '--quiet')).toBe('');
        await compose('up', '--detach', '--build', '--wait');
        const covey = (...args: string[]) => compose('exec', '--no-TTY', 'peer', 'covey', ...args);
        const uri = await covey('init', '--name', 'My server');
        expect(uri).toMatch(/^[0-9a-f]{40}$/);

        const id = await compose('ps', '--quiet', 'peer');
        const confinement =
          '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.Config.User}}';
        expect(await output('docker', ['inspect', '--format', confinement, id])).toBe(
          'true [ALL] [no-new-privileges:true] node',
        );
        await compose('stop');
        expect(await output('docker', ['inspect', '--format', '{{.State.ExitCode}}', id])).toBe(
          '0',
        );
        await compose('up', '--detach', '--wait');
        expect(await covey('whoami')).toContain(uri);
      },
    );
  },
);

async function whoami(peer: PeerContainer, account?: string): Promise<AccountInfo> {
  const chosen = account === undefined ? [] : ['--account', account];
  return JSON.parse(await peer.covey(...chosen, 'whoami', '--json')) as AccountInfo; // its --json
}
