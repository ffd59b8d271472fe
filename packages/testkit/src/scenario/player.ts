import { Admission, type Correspondent } from '@covey/conversation';
import type { MemoryObjectStore, Oid } from '@covey/git-objects';
import { readCertificate, readPem } from '@covey/identity';
import { TestDevice } from '../test-device.ts';

/**
 * A device of a scenario. All devices of a scenario share one store, for a dishonest one may build on what it
 * never fetched: what a device *has* is its history.
 */
export class Player extends TestDevice {
  override readonly store: MemoryObjectStore;
  readonly name: string;
  #admission: { readonly heads: string; readonly admission: Promise<Admission> } | undefined;

  constructor(
    name: string,
    { account, clock, writer }: Pick<TestDevice, 'account' | 'clock' | 'writer'>,
    store: MemoryObjectStore,
  ) {
    super(account, clock, { writer });
    this.name = name;
    this.store = store;
  }

  /** The same device before it had anything: what it writes there is on old parents. */
  bare(): Player {
    return new Player(this.name, this, this.store);
  }

  get hasConversation(): boolean {
    return this.history.size > 0;
  }

  /** Why this device doesn't exchange with the other one; a device without the conversation takes it from whom it can. */
  async turnsAway(other: Player): Promise<string | undefined> {
    if (!this.hasConversation) return undefined;
    const admission = await this.#admit();
    const papers = other.asCorrespondent();
    if (admission.exchangesWith(papers)) return undefined;
    if (admission.isRevoked(papers)) return 'admission/revoked';
    const { state } = await this.resolved();
    return state.bannedFrom(other.uri) ? 'admission/banned' : 'admission/not-in-the-group';
  }

  /** Resolutions that this device tells one who takes nothing else from it. */
  async tells(other: Player): Promise<readonly Oid[]> {
    return (await this.#admit()).resolutionsFor(other.asCorrespondent());
  }

  asCorrespondent(): Correspondent {
    const { uri, deviceId, devicePem } = this.writer;
    const [der] = readPem(devicePem, 'CERTIFICATE');
    const serial = der && { certificateSerial: readCertificate(der).serialHex };
    return { uri, deviceId, ...serial };
  }

  #admit(): Promise<Admission> {
    const heads = this.heads.join(' ');
    if (this.#admission?.heads !== heads) {
      this.#admission = { heads, admission: Admission.of(this.history, this.store, this.uri) };
    }
    return this.#admission.admission;
  }
}
