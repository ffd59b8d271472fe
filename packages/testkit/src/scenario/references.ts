import { malformed } from './fields.ts';

/** The id of the initial commit. */
export const ROOT_ID = 'root';

/** What the names and ids of a file may stand for, as far as it has been read. */
export class References {
  readonly #accounts: ReadonlySet<string>;
  readonly #devices: ReadonlySet<string>;
  readonly #commits = new Set([ROOT_ID]);

  constructor(accounts: ReadonlyMap<string, readonly string[]>) {
    this.#accounts = new Set(accounts.keys());
    this.#devices = new Set([...accounts.values()].flat());
  }

  /** A commit that the steps from here on may name. @throws {CoveyError} SCENARIO_MALFORMED when the id is taken */
  define(id: string, path: string): void {
    if (this.#commits.has(id)) throw malformed(path, `${id} names another commit already`);
    this.#commits.add(id);
  }

  /** @throws {CoveyError} SCENARIO_MALFORMED */
  account(name: string, path: string): string {
    if (!this.#accounts.has(name)) throw malformed(path, 'no such account');
    return name;
  }

  /** @throws {CoveyError} SCENARIO_MALFORMED */
  device(name: string, path: string): string {
    if (!this.#devices.has(name)) throw malformed(path, 'no such device');
    return name;
  }

  /** @throws {CoveyError} SCENARIO_MALFORMED */
  accountOrDevice(name: string, path: string): string {
    if (this.#accounts.has(name) || this.#devices.has(name)) return name;
    throw malformed(path, 'neither an account nor a device');
  }

  /** @throws {CoveyError} SCENARIO_MALFORMED */
  commit(id: string, path: string): string {
    if (!this.#commits.has(id)) throw malformed(path, 'no commit before has this id');
    return id;
  }
}
