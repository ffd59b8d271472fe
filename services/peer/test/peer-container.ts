import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { onTestFinished } from 'vitest';
import type { AccountEvent, Message } from '@covey/device';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Where the peer in the image listens. */
const PEER_PORT = 4500;

const run = promisify(execFile);

/** Whether `npm test` found an engine that answers. */
export const hasEngine = process.env['COVEY_DOCKER'] === '1';

/** What a program wrote to stdout; rejects when it fails, with its stderr. Runs at the root of the checkout. */
export async function output(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(program, args, { cwd: ROOT, env: { ...process.env, ...env } });
  return stdout.trim();
}

/** The registry that this machine takes its packages from; the image is built from the same. */
export function npmRegistry(): Promise<string> {
  return output('npm', ['config', 'get', 'registry']);
}

/** Builds the image as `docker compose build` does. */
export async function buildImage(tag: string): Promise<void> {
  const registry = `NPM_CONFIG_REGISTRY=${await npmRegistry()}`;
  const file = ['--file', 'deploy/peer.Dockerfile'];
  await output('docker', ['build', ...file, '--build-arg', registry, '--tag', tag, '.']);
}

/** One peer in a container, confined as docker-compose.yml confines it. Removed after the test. */
export class PeerContainer {
  /** `host:port` by which the host reaches the peer. */
  readonly address: string;
  readonly #started: StartedTestContainer;

  private constructor(started: StartedTestContainer, address: string) {
    this.#started = started;
    this.address = address;
  }

  /** Resolves when the health check of the image says that the daemon answers. */
  static async start(
    image: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<PeerContainer> {
    // Known before the start, because the peer tells it to others.
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const started = await new ReadOnlyContainer(image)
      .withExposedPorts({ container: PEER_PORT, host: port })
      .withEnvironment({ PEER_ADVERTISE: address, ...env })
      .withTmpFs({ '/tmp': '' })
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges:true')
      .withWaitStrategy(Wait.forHealthCheck())
      .start();
    const container = new PeerContainer(started, address);
    onTestFinished(async () => {
      await output('docker', ['rm', '--force', '--volumes', container.id]);
    });
    return container;
  }

  get id(): string {
    return this.#started.getId();
  }

  /** What `covey` prints in the container. Rejects when it fails. */
  covey(...args: readonly string[]): Promise<string> {
    return this.exec('covey', ...args);
  }

  /** What a program prints in the container. Rejects when it fails. */
  async exec(...command: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#started.exec([...command]);
    if (exitCode === 0) return stdout.trim();
    throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  }

  /** Waits until a message with this body has come into the conversation. */
  async hears(conversation: string, body: string): Promise<void> {
    const watch = ['watch', conversation, '--json', '--until', 'MessageReceived', '--after'];
    for (let after = 0; ; ) {
      const lines = (await this.covey(...watch, `${after}`)).split('\n');
      const { id, payload } = JSON.parse(lines.at(-1) ?? '') as AccountEvent; // the one it ended with
      if ((payload['message'] as Message).fields['body'] === body) return; // what this event carries
      after = id;
    }
  }

  /** A field of `docker inspect`, by its Go template. */
  inspect(template: string): Promise<string> {
    return output('docker', ['inspect', '--format', template, this.id]);
  }

  /** Starts it again, after a SIGTERM or a SIGKILL, on the same volume. Resolves when it is healthy. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (signal === 'SIGKILL') await output('docker', ['kill', this.id]);
    await this.#started.restart({ timeout: 10_000 });
  }
}

class ReadOnlyContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    // There is no method for it.
    this.hostConfig.ReadonlyRootfs = true;
  }
}

/** A port of the loopback interface that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  if (typeof address === 'object' && address) return address.port;
  throw new Error('a listening server has an address');
}
