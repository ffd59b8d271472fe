import type { ObjectReader, Oid } from '@covey/git-objects';
import { type Act, sees } from './act.ts';
import type { GroupState } from './group-state.ts';
import type { History } from './history.ts';
import type { CommitKind } from './kinds.ts';

/** A device that talks, as its papers say. */
export interface Correspondent {
  readonly uri: string;
  readonly deviceId: string;
  /** Serial of the certificate that it shows, in hex. A device that never wrote is known to a list by it alone. */
  readonly certificateSerial?: string;
}

const RESOLUTIONS: ReadonlySet<CommitKind> = new Set(['ban', 'unban', 'promote', 'demote']);

/**
 * Whom a device with these commits exchanges with, now (authority.md, admission). It judges the moment and
 * says nothing about validity; the commits are asked and nothing else.
 */
export class Admission {
  readonly #history: History;
  readonly #reader: ObjectReader;
  readonly #state: GroupState;
  readonly #ownUri: string | undefined;
  readonly #revokedSerials: ReadonlySet<string>;
  readonly #revokedDevices: ReadonlySet<string>;
  readonly #named: ReadonlySet<string>;

  private constructor(
    history: History,
    reader: ObjectReader,
    state: GroupState,
    ownUri: string | undefined,
  ) {
    this.#history = history;
    this.#reader = reader;
    this.#state = state;
    this.#ownUri = ownUri;
    this.#revokedSerials = new Set(history.acts.flatMap(({ crl }) => serialsOf(crl)));
    this.#revokedDevices = new Set(
      history.acts.flatMap(({ paper }) =>
        paper && this.#revokedSerials.has(serialKey(paper.uri, paper.serial)) ? [paper.device] : [],
      ),
    );
    this.#named = new Set(history.acts.flatMap(({ places }) => places.map(({ uri }) => uri)));
  }

  /** `ownUri`: the account whose device asks; it exchanges with its own devices whatever the state says of it. */
  static async of(history: History, reader: ObjectReader, ownUri?: string): Promise<Admission> {
    const { state } = await history.resolved(reader);
    return new Admission(history, reader, state, ownUri);
  }

  /** Admin, member or invited (mode 3: not banned), or of one's own account; and the device not revoked. */
  exchangesWith(other: Correspondent): boolean {
    const { uri } = other;
    if (this.isRevoked(other)) return false;
    if (uri === this.#ownUri) return true;
    if (this.#history.charter?.mode === 3) return this.#state.bannedFrom(uri) === undefined;
    return this.hasAccount(uri);
  }

  /** A host turns such a device away too, though its account stands: the rest of its account has all that it could ask for. */
  isBannedDevice(deviceId: string): boolean {
    return this.#state.bannedFrom(deviceId) !== undefined;
  }

  /** Admin, member or invited. */
  hasAccount(uri: string): boolean {
    return this.#state.placeOf(uri) !== undefined;
  }

  /** Accounts that are admin, member or invited. */
  get accounts(): readonly string[] {
    return [...this.#named].filter((uri) => this.hasAccount(uri));
  }

  /** Another text after every change that lets an answer be another one. */
  get fingerprint(): string {
    const banned = [...this.#state.files.keys()].filter((path) => path.startsWith('banned/'));
    return [...this.accounts, ...banned, ...this.#revokedSerials].sort().join();
  }

  /** Was the account ever invited or more, by any of the commits? */
  hasNamed(uri: string): boolean {
    return this.#named.has(uri);
  }

  /** Named by any list among the commits, void or not, by any of its certificates. */
  isRevoked({ uri, deviceId, certificateSerial }: Correspondent): boolean {
    if (this.#revokedSerials.has(serialKey(uri, certificateSerial ?? ''))) return true;
    return this.#revokedDevices.has(deviceId);
  }

  /**
   * What this device may tell somebody whom it doesn't exchange with, or who doesn't with it: the last of the
   * resolutions before which he was in the group. What was written until then he could read anyway.
   */
  async resolutionsFor(other: Correspondent): Promise<readonly Oid[]> {
    if (!this.hasNamed(other.uri) || this.isRevoked(other)) return [];
    const isInside = this.exchangesWith(other);
    const told: Act[] = [];
    for (const act of this.#history.acts) {
      if (!RESOLUTIONS.has(act.kind)) continue;
      if (isInside || (await this.#stoodBefore(act, other))) told.push(act);
    }
    return told.filter((act) => !told.some((later) => sees(later, act))).map(({ oid }) => oid);
  }

  async #stoodBefore({ oid }: Act, { uri, deviceId }: Correspondent): Promise<boolean> {
    const parents = this.#history.entry(oid)?.parents ?? [];
    const { state } = await this.#history.resolved(this.#reader, parents);
    return state.placeOf(uri) !== undefined && state.bannedFrom(deviceId) === undefined;
  }
}

/**
 * May what ends in commits of these kinds be taken from anybody? Only resolutions with their ancestors: else two
 * halves that have banned each other would never hear of it.
 */
export function takesFromAnybody(tipKinds: readonly CommitKind[]): boolean {
  return tipKinds.length > 0 && tipKinds.every((kind) => RESOLUTIONS.has(kind));
}

/** A serial names a certificate of one issuer only. */
const serialKey = (uri: string, serial: string) => `${uri} ${serial}`;

function serialsOf(crl: Act['crl']): readonly string[] {
  return crl ? [...crl.revoked].map((serial) => serialKey(crl.uri, serial)) : [];
}
