import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerLimits } from '../src/limits.ts';
import type { Measured } from './listener-process.ts';

/** A device that listens in a process of its own, so that its memory and descriptors are its own. */
export class Listener {
  readonly port: number;
  readonly deviceId: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { port, deviceId }: { port: number; deviceId: string }) {
    this.#child = child;
    this.port = port;
    this.deviceId = deviceId;
  }

  static async start(limits: Partial<PeerLimits> = {}): Promise<Listener> {
    const path = fileURLToPath(new URL('./listener-process.ts', import.meta.url));
    const child = fork(path, [JSON.stringify(limits)], { execArgv: [] });
    const [place] = await once(child, 'message');
    return new Listener(child, place);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  measure(): Promise<Measured> {
    return this.#ask({});
  }

  /** From now on the device is not admitted. */
  async estrange(deviceId: string): Promise<void> {
    await this.#ask({ stranger: deviceId });
  }

  /** Resolves when no more descriptors are open than these: what was closed is gone soon, not at once. */
  async haveDescriptors(most: number): Promise<void> {
    while ((await this.measure()).descriptors > most);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(question: object): Promise<Measured> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    return (await answer)[0];
  }
}
