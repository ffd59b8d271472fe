import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import BonjourService from 'bonjour-service';
import { CoveyError } from '@covey/errors';
import type { DeviceId } from '@covey/identity';
import { isTagOf, makeDeviceTag } from './device-tag.ts';
import { makeMdnsSocket } from './mdns-socket.ts';
import { type Answer, readSighting, type Sighting, TXT_VERSION } from './sighting.ts';

/** What this package needs of a logger; pino fits. */
export interface LanLog {
  debug(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
}

export interface LanDiscoveryPorts {
  readonly deviceId: DeviceId;
  readonly log?: LanLog;
}

export interface LanDiscoverySettings {
  /** TCP port that the device listens on. */
  readonly port: number;
  /** DNS-SD type. */
  readonly service?: `_${string}._tcp`;
  /** IPv4 addresses of the interfaces to use. All that lead out of the machine, else loopback. */
  readonly interfaces?: readonly string[];
  /** UDP port, where it has to differ from multicast DNS's own. */
  readonly mdnsPort?: number;
}

/** One interface's part: its own socket, for a packet goes out through one interface only. */
interface Presence {
  readonly bonjour: BonjourService;
  readonly browser: InstanceType<typeof BonjourService.Browser>;
}

/** How often interfaces are looked at again and the network is asked again. */
const REFRESH_MS = 30_000;
/** Services remembered per interface before the library's list is begun anew. */
const MAX_SERVICES = 256;

/**
 * Finds devices on the local network and lets them find this one, by DNS-SD over multicast DNS
 * (RFC 6763, RFC 6762), with no server and no internet. What it publishes: a port, addresses, a
 * salted tag. It is no proof of anything: whoever is found has to be dialed and pinned.
 */
export class LanDiscovery {
  readonly #ports: LanDiscoveryPorts;
  readonly #settings: LanDiscoverySettings;
  readonly #type: string;
  readonly #name = randomBytes(8).toString('hex');
  readonly #tag: string;
  readonly #presences = new Map<string, Presence>();
  readonly #listeners = new Set<(sighting: Sighting) => void>();
  #refreshing: NodeJS.Timeout | undefined;

  /** @throws {CoveyError} CONFIG_INVALID */
  constructor(ports: LanDiscoveryPorts, settings: LanDiscoverySettings) {
    const [, type] = /^_([a-z0-9-]{1,15})\._tcp$/.exec(settings.service ?? '_covey._tcp') ?? [];
    if (type === undefined) throw new CoveyError('CONFIG_INVALID', 'not a DNS-SD type of TCP');
    this.#type = type;
    this.#ports = ports;
    this.#settings = settings;
    this.#tag = makeDeviceTag(ports.deviceId);
  }

  /** Calls back for every sighting, the same device again and again. Returns how to stop. */
  onFound(listener: (sighting: Sighting) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to announce and to look. An interface that comes later is used when it comes. */
  start(): void {
    if (this.#refreshing) return;
    this.#refresh();
    this.#refreshing = setInterval(() => this.#refresh(), REFRESH_MS).unref();
  }

  /** Says goodbye on every interface. Resolves when the sockets are closed. */
  async close(): Promise<void> {
    clearInterval(this.#refreshing);
    this.#refreshing = undefined;
    const left = [...this.#presences.keys()];
    await Promise.all(left.map((address) => this.#leave(address)));
  }

  #refresh(): void {
    const wanted = new Set(this.#settings.interfaces ?? outwardInterfaces());
    for (const address of this.#presences.keys()) {
      if (!wanted.has(address)) void this.#leave(address);
    }
    for (const address of wanted) {
      const presence = this.#presences.get(address);
      if (!presence) this.#enter(address);
      else if (presence.browser.services.length <= MAX_SERVICES) presence.browser.update();
      else void this.#leave(address).then(() => this.#refreshing && this.#enter(address));
    }
  }

  #enter(address: string): void {
    const { port, mdnsPort } = this.#settings;
    const failed = (reason: unknown) =>
      this.#ports.log?.debug({ err: reason, address }, 'multicast DNS failed');
    // The library hands these on to multicast-dns; its own type knows a service's settings only.
    // A socket bound to the interface's address would hear no multicast.
    const transport = {
      ...{ socket: makeMdnsSocket(failed), interface: address, bind: '0.0.0.0' },
      ...(mdnsPort !== undefined && { port: mdnsPort }),
    } as ConstructorParameters<typeof BonjourService>[0];
    const bonjour = new BonjourService(transport, failed);
    const [salt = '', tag = ''] = this.#tag.split(':');
    bonjour.publish({
      ...{ name: this.#name, type: this.#type, protocol: 'tcp', port, probe: false },
      // Not the machine's own name, which is often its owner's.
      host: `${this.#name}.local`,
      txt: { v: TXT_VERSION, salt, tag },
    });
    const browser = bonjour.find({ type: this.#type, protocol: 'tcp' });
    for (const event of ['up', 'srv-update', 'txt-update'] as const) {
      browser.on(event, (service: Answer) => this.#saw(service));
    }
    this.#presences.set(address, { bonjour, browser });
  }

  #saw(answer: Answer): void {
    const sighting = readSighting(answer);
    if (!sighting || isTagOf(sighting.deviceTag, this.#ports.deviceId)) return;
    for (const listener of this.#listeners) listener(sighting);
  }

  async #leave(address: string): Promise<void> {
    const presence = this.#presences.get(address);
    this.#presences.delete(address);
    if (!presence) return;
    const { bonjour, browser } = presence;
    browser.stop();
    // Without a network the goodbye never goes out; it is not waited for.
    await Promise.race([
      new Promise<void>((resolve) => bonjour.unpublishAll(() => resolve())),
      new Promise<void>((resolve) => setTimeout(resolve, 500)),
    ]);
    await new Promise<void>((resolve) => bonjour.destroy(() => resolve()));
  }
}

function outwardInterfaces(): string[] {
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return found.length > 0 ? found : ['127.0.0.1'];
}
