import type { Writer } from '@covey/conversation';
import { ISSUED_AT, makeTestAccount, type TestAccount } from '../test-account.ts';
import { simulatedSigner } from './simulated-crypto.ts';

/** A device of the cast: keys and papers, the same in every simulation. */
export interface Player {
  /** `alice-1`, `alice-2`, … */
  readonly name: string;
  readonly account: TestAccount;
  readonly writer: Writer;
  /** The same writer with a paper that was issued `years` later. */
  renewed(years: number): Promise<Writer>;
}

const NAMES = ['alice', 'bob', 'carol', 'denys', 'erin', 'frank', 'grace', 'heidi'] as const;
const made = new Map<string, Promise<Player>>();

/** The `nth` device (from 0) of the account number `at`. */
export function player(at: number, nth: number): Promise<Player> {
  const person = NAMES[at] ?? `person${at}`;
  const name = `${person}-${nth + 1}`;
  const known = made.get(name) ?? makePlayer(person, name, nth);
  made.set(name, known);
  return known;
}

async function makePlayer(person: string, name: string, nth: number): Promise<Player> {
  const account = await makeTestAccount(person);
  const label = nth === 0 ? 'first' : `number ${nth + 1}`;
  const issued = await account.addDevice(label);
  const writer: Writer = { ...issued, signer: simulatedSigner(`${person}, device ${label}`) };
  const renewals = new Map<number, Promise<Writer>>();
  const renew = async (years: number) => {
    const issuedAt = new Date(ISSUED_AT);
    issuedAt.setUTCFullYear(issuedAt.getUTCFullYear() + years);
    return { ...writer, devicePem: await account.issuePaper(writer, issuedAt) };
  };
  return {
    ...{ name, account, writer },
    renewed: (years) => {
      const renewal = renewals.get(years) ?? renew(years);
      renewals.set(years, renewal);
      return renewal;
    },
  };
}
