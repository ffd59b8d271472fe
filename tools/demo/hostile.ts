import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DemoDevice } from './demo-device.ts';
import type { DemoNetwork } from './demo-network.ts';
import { expectThat, inTime } from './expectation.ts';
import type { HostileAnswer, HostileOrder, Lie } from './hostile-process.ts';

const PROGRAM = join(import.meta.dirname, 'hostile-process.ts');

/** A process that speaks the protocol with the keys of a member, and lies. */
export class Hostile {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Takes the place of a device whose daemon does not run. */
  static async inPlaceOf(device: DemoDevice, network: DemoNetwork): Promise<Hostile> {
    const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    if (child.pid !== undefined) network.plugIn(child.pid, device.name);
    const hostile = new Hostile(child);
    await hostile.#tell({ do: 'take', dataFolder: device.folder });
    return hostile;
  }

  async meet({ line }: DemoDevice, conversationId: string): Promise<void> {
    await this.#tell({ do: 'meet', address: line.advertise, conversationId });
  }

  /** Forges a commit and announces it to all it has met. Resolves to its id. */
  async lie(lie: Lie, about: string): Promise<string> {
    const { commit } = await this.#tell({ do: 'lie', lie, about });
    if (commit === undefined) throw new Error('a lie has an id');
    return commit;
  }

  async leave(): Promise<void> {
    await this.#tell({ do: 'leave' });
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await inTime('the hostile client goes', exited);
  }

  abandon(): void {
    this.#process.kill('SIGKILL');
  }

  async #tell(order: HostileOrder): Promise<HostileAnswer> {
    const answered = once(this.#process, 'message');
    this.#process.send(order);
    const [answer] = (await inTime(`the hostile client does: ${order.do}`, answered)) as [
      HostileAnswer, // as hostile-process.ts sends it
    ];
    expectThat(
      answer.failed === undefined,
      `the hostile client does: ${order.do}; ${answer.failed}`,
    );
    return answer;
  }
}
