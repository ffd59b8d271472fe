/**
 * What the note on group consistency proposes, as far as it says it: mail clients of which each has a list of members
 * and nothing else. Mail arrives in rounds, all of one round before the first of the next.
 * Source: chatmail/core, the note on missing eventual group consistency, kept in the project's seeds.
 */
export type Remedy =
  /** Chat-Group-Member-Added, and nothing more. */
  | 'none'
  /** Solution 1 as it is written: whoever notices a difference sends a Chat-Group-Member-Correction. */
  | 'correction'
  /** Solution 1 as kindly as can be: all but the two who have added somebody keep silent, by a foresight that nobody has. */
  | 'correction by the two'
  /** Solution 2: Chat-Group-Member-Changed, with a time to live of 2. */
  | 'changed with ttl';

/** What it took, and whether it helped. */
export interface MailCount {
  /** Messages to the group, each counted once. */
  readonly sent: number;
  /** The same, one for each recipient. */
  readonly copies: number;
  /** Members whose list lacks somebody in the end. */
  readonly mistaken: number;
}

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly header: 'added' | 'correction' | 'changed';
  /** Who is added, by this message or by those that it repeats. */
  readonly adds: readonly string[];
  /** Who is in the group, by what the sender knows. */
  readonly list: readonly string[];
  readonly ttl: number;
}

const FIRST_TTL = 2;
/** In a group of `members`, of whom the last two are added: by the first and the second one. */
export function mailsOf(remedy: Remedy, members: number, atOnce: boolean): MailCount {
  const names = Array.from({ length: members }, (_, at) => `${at}`);
  const [alice = '', bob = ''] = names;
  const [carol = '', doris = ''] = names.slice(-2);
  const group = new MailGroup(remedy, names.slice(0, -2), [alice, bob]);
  group.add(alice, carol);
  if (!atOnce) group.deliverAll();
  group.add(bob, doris);
  group.deliverAll();
  const mistaken = names.filter((name) => (group.listOf(name)?.size ?? 0) < members).length;
  return { sent: group.sent, copies: group.copies, mistaken };
}

class MailGroup {
  sent = 0;
  copies = 0;
  readonly #remedy: Remedy;
  readonly #lists: Map<string, Set<string>>;
  readonly #adders: readonly string[];
  #round: Mail[] = [];

  constructor(remedy: Remedy, founders: readonly string[], adders: readonly string[]) {
    this.#remedy = remedy;
    this.#adders = adders;
    this.#lists = new Map(founders.map((name) => [name, new Set(founders)]));
  }

  listOf(name: string): ReadonlySet<string> | undefined {
    return this.#lists.get(name);
  }

  add(by: string, whom: string): void {
    this.#lists.get(by)?.add(whom);
    const header = this.#remedy === 'changed with ttl' ? 'changed' : 'added';
    this.#send(by, { header, adds: [whom], ttl: FIRST_TTL });
  }

  deliverAll(): void {
    while (this.#round.length > 0) {
      const round = this.#round;
      this.#round = [];
      for (const mail of round) for (const to of mail.to) this.#receive(to, mail);
    }
  }

  #send(from: string, mail: Pick<Mail, 'header' | 'adds' | 'ttl'>): void {
    const list = [...(this.#lists.get(from) ?? [])];
    const to = list.filter((name) => name !== from);
    this.#round.push({ ...mail, from, to, list });
    this.sent++;
    this.copies += to.length;
  }

  #receive(name: string, mail: Mail): void {
    const own = this.#lists.get(name);
    // Who comes in takes the list as it comes.
    const list = own ?? new Set(mail.list);
    this.#lists.set(name, list);
    const mismatching = [...list].filter((each) => !mail.list.includes(each));
    for (const added of mail.adds) list.add(added);
    if (mail.header === 'changed' && mail.ttl - 1 > 0) {
      this.#send(name, { header: 'changed', adds: mail.adds, ttl: mail.ttl - 1 });
    }
    // A correction is not checked in its turn: "this avoids recursion problems".
    if (mail.header !== 'added' || mismatching.length === 0 || !this.#corrects(name)) return;
    this.#send(name, { header: 'correction', adds: mismatching, ttl: 0 });
  }

  #corrects(name: string): boolean {
    if (this.#remedy === 'correction') return true;
    return this.#remedy === 'correction by the two' && this.#adders.includes(name);
  }
}
