import { CoveyError, type ErrorCode } from '@covey/errors';
import type { DeviceId } from '@covey/identity';
import type { Channel } from './channel.ts';
import type { PeerLimits } from './limits.ts';
import { LiveLink } from './live-link.ts';
import type { RemoteDevice } from './papers.ts';
import type { PeerHandlers } from './peer-link.ts';

/** The live links of one device, one per other device. */
export class LinkTable {
  readonly #links = new Map<DeviceId, LiveLink>();
  readonly #ownId: DeviceId;
  readonly #handlers: PeerHandlers;
  readonly #limits: PeerLimits;
  #closedWith: ErrorCode | undefined;

  constructor(
    { handlers }: { handlers: PeerHandlers },
    settings: { ownId: DeviceId; limits: PeerLimits },
  ) {
    this.#handlers = handlers;
    this.#ownId = settings.ownId;
    this.#limits = settings.limits;
  }

  /** One that is only waiting for its end is not found. */
  find(deviceId: DeviceId): LiveLink | undefined {
    const link = this.#links.get(deviceId);
    return link?.isClosing ? undefined : link;
  }

  /**
   * Gives a channel to the link of its device; the first one makes the link, and `linked` is called.
   * @throws {CoveyError} PEER_REFUSED when the device is already here in the name of another account,
   *   and what {@link closeAll} was called with
   */
  attach(remote: RemoteDevice, channel: Channel): LiveLink {
    if (this.#closedWith) {
      channel.close(this.#closedWith);
      throw new CoveyError(this.#closedWith, 'no more links are made');
    }
    const { deviceId } = remote;
    const present = this.find(deviceId);
    if (present && present.remote.uri !== remote.uri) {
      channel.close('PEER_REFUSED');
      throw new CoveyError('PEER_REFUSED', 'the device is here in the name of another account');
    }
    if (present) {
      present.adopt(channel);
      return present;
    }
    const handlers = this.#handlers;
    const decides = this.#ownId < deviceId;
    const link = new LiveLink({ remote, channel, handlers }, { decides, limits: this.#limits });
    this.#links.set(deviceId, link);
    void link.closed.then(() => {
      if (this.#links.get(deviceId) === link) this.#links.delete(deviceId);
    });
    handlers.linked(link);
    link.start();
    return link;
  }

  /** Closes every link whose device is no longer admitted. */
  recheck(): void {
    for (const link of this.#links.values()) {
      if (!this.#handlers.admits(link.remote)) link.close('PEER_REFUSED');
    }
  }

  /** Closes all links, and every one that would come. Resolves when they are over. */
  async closeAll(code: ErrorCode): Promise<void> {
    this.#closedWith = code;
    const links = [...this.#links.values()];
    for (const link of links) link.close(code);
    await Promise.all(links.map((link) => link.closed));
  }
}
