import { type ByteGate, type Endpoint, Forwarder, type Passage } from '@covey/testkit/network';
import { dialingProcess } from './dialing-process.ts';

/** Where a device listens, and the only address at which the others know it. */
export interface Line {
  readonly listen: string;
  readonly advertise: string;
}

interface Cable {
  readonly dialer: string;
  readonly target: string;
  readonly passage: Passage;
}

/**
 * The network between the devices: one forwarder in front of each. It lets in whom it knows as one of
 * the demo's processes, and nobody from the other side of a cut.
 */
export class DemoNetwork {
  readonly #forwarders = new Map<string, Forwarder>();
  readonly #deviceOf = new Map<number, string>();
  readonly #cables = new Set<Cable>();
  readonly #gates = new Map<string, ByteGate>();
  #halves: readonly ReadonlySet<string>[] = [];
  /** Dials that a cut turned away. */
  turnedAway = 0;

  /** Lays a line to a device that listens on a loopback address of its own. */
  async layLine(device: string): Promise<Line> {
    // The kernel gives the forwarder a free port on 127.0.0.1; the device takes the same on its address.
    const host = `127.0.0.${this.#forwarders.size + 2}`;
    const forwarder = await Forwarder.open({
      listen: { host: '127.0.0.1', port: 0 },
      target: ({ port }: Endpoint) => ({ host, port }),
      admits: (passage) => this.#admits(passage, device),
    });
    this.#forwarders.set(device, forwarder);
    const { port } = forwarder.endpoint;
    return { listen: `${host}:${port}`, advertise: `127.0.0.1:${port}` };
  }

  /** Says which device a process is. */
  plugIn(pid: number, device: string): void {
    this.#deviceOf.set(pid, device);
  }

  /** Closes every way between these groups of devices: what stands ends, what is dialed is turned away. */
  cut(...halves: readonly (readonly string[])[]): void {
    this.#halves = halves.map((devices) => new Set(devices));
    for (const { dialer, target, passage } of this.#cables) {
      if (this.#isCut(dialer, target)) passage.cut();
    }
  }

  heal(): void {
    this.#halves = [];
  }

  /** All that goes to this device goes through the gate, on every connection that is made from now on. */
  throttle(device: string, gate: ByteGate): void {
    this.#gates.set(device, gate);
  }

  /** Ends what {@link throttle} began. */
  release(device: string): void {
    this.#gates.get(device)?.open();
    this.#gates.delete(device);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#forwarders.values()].map((forwarder) => forwarder.close()));
  }

  async #admits(passage: Passage, target: string): Promise<boolean> {
    const pid = await dialingProcess(passage, this.#deviceOf.keys());
    const dialer = pid === undefined ? undefined : this.#deviceOf.get(pid);
    if (dialer === undefined) return false;
    if (this.#isCut(dialer, target)) {
      this.turnedAway += 1;
      return false;
    }
    const cable = { dialer, target, passage };
    this.#cables.add(cable);
    void passage.over.then(() => this.#cables.delete(cable));
    const [toTarget, toClient] = [this.#gates.get(target), this.#gates.get(dialer)];
    if (toTarget) passage.gate('toTarget', toTarget);
    if (toClient) passage.gate('toClient', toClient);
    return true;
  }

  #isCut(one: string, other: string): boolean {
    const halfOf = (device: string) => this.#halves.findIndex((half) => half.has(device));
    return halfOf(one) !== halfOf(other);
  }
}
