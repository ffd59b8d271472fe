import fc from 'fast-check';
import type { JsonObject } from '@covey/codec';
import type { Break, layout } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type Clock, counterClock } from './counter-clock.ts';
import { makeTestAccount } from './test-account.ts';
import { type Received, TestDevice } from './test-device.ts';

/** Who plays: two devices of the creator, two of bob, one each of the others. */
const CAST = ['alice', 'alice', 'bob', 'bob', 'carol', 'doris'] as const;
const PEOPLE = ['alice', 'bob', 'carol', 'doris'] as const;

type Person = (typeof PEOPLE)[number];
interface At {
  /** Index of the device. */
  readonly at: number;
}

/** One thing that a device does, on what it has; or two that exchange all they have. */
export type ScriptStep =
  | { readonly do: 'sync'; readonly of: readonly [number, number] }
  | (At & { readonly do: 'text' | 'join' | 'leave' | 'renew' })
  | (At & { readonly do: 'profile'; readonly title: string })
  | (At & { readonly do: 'edit' | 'reply' | 'react'; readonly nth: number })
  | (At & { readonly do: 'add' | 'vote-ban' | layout.VoteAction; readonly who: Person })
  | (At & {
      readonly do: 'vote-ban-device' | 'ban-device' | 'unban-device' | 'revoke';
      readonly nth: number;
    });

/** A random life of a group. What is not lawful at its time is not written. */
export interface GroupScript {
  readonly mode: 1 | 2 | 3;
  readonly profile: 'admin' | 'member';
  /** Admins from the beginning: the creator, or bob and carol too. */
  readonly admins: 1 | 3;
  readonly steps: readonly ScriptStep[];
}

/** Random lives: members come, talk, leave, apart and together. With `removals` also bans and revocations. */
export function groupScripts({ removals }: { removals: boolean }): fc.Arbitrary<GroupScript> {
  const at = fc.nat(CAST.length - 1);
  const nth = fc.nat(15);
  const who = fc.constantFrom(...PEOPLE);
  // The creator's devices are admins as a rule; others try, in vain mostly.
  const byAdmin = fc.constantFrom(0, 0, 0, 1, 1, 4);
  const step = <S extends ScriptStep>(weight: number, shape: fc.Arbitrary<S>) => ({
    ...{ weight, arbitrary: shape as fc.Arbitrary<ScriptStep> }, // S is one of its cases
  });
  const steps = fc.array(
    fc.oneof(
      step(8, fc.record({ do: fc.constant('sync'), of: fc.tuple(at, at) })),
      step(6, fc.record({ do: fc.constant('text'), at })),
      step(4, fc.record({ do: fc.constant('join'), at })),
      step(4, fc.record({ do: fc.constant('add'), at, who })),
      step(2, fc.record({ do: fc.constantFrom('edit', 'reply', 'react'), at, nth })),
      step(2, fc.record({ do: fc.constant('profile'), at, title: fc.string({ maxLength: 8 }) })),
      step(1, fc.record({ do: fc.constantFrom('leave', 'renew'), at })),
      ...(removals
        ? [
            step(
              3,
              fc.record({ do: fc.constantFrom('vote-ban', 'ban', 'unban'), at: byAdmin, who }),
            ),
            step(6, fc.record({ do: fc.constantFrom('promote', 'demote', 'ban', 'ban'), at, who })),
            step(
              3,
              fc.record({
                do: fc.constantFrom('vote-ban-device', 'ban-device', 'unban-device'),
                ...{ at: byAdmin, nth },
              }),
            ),
            step(2, fc.record({ do: fc.constant('revoke'), at: fc.constantFrom(0, 1, 2, 3), nth })),
          ]
        : []),
    ),
    { minLength: 10, maxLength: 40, size: 'max' },
  );
  const mode = fc.constantFrom<1 | 2 | 3>(1, 2, 2, 2, 3);
  const admins = fc.constantFrom<1 | 3>(...(removals ? ([1, 3, 3] as const) : ([1] as const)));
  return fc.record({ mode, profile: fc.constantFrom('admin', 'member'), admins, steps });
}

/** What came of a script. */
export interface Played {
  readonly devices: readonly TestDevice[];
  /** Has all that any device has. Belongs to the creator. */
  readonly witness: TestDevice;
  /** Commits of honest devices that another one refused: there must be none. */
  readonly refusedByOthers: readonly (Break & { commit: string })[];
  /** Per step: what it wrote, in commits, or the rule that kept it from writing. */
  readonly log: readonly string[];
}

/** Plays a script in a group that bob and carol have joined and doris has not: the same script and clock give the same ids. */
export async function play(script: GroupScript, clock: Clock = counterClock()): Promise<Played> {
  const devices: TestDevice[] = [];
  for (const [index, name] of CAST.entries()) {
    const account = await makeTestAccount(name);
    const isSecond = CAST.indexOf(name) < index;
    const writer = isSecond ? await account.addDevice() : account.writer;
    devices.push(new TestDevice(account, clock, { writer }));
  }
  const troupe = new Troupe(devices);
  const { mode, profile, admins } = script;
  await troupe.open({ mode, profile }, admins);
  for (const step of script.steps) await troupe.take(step);
  const witness = new TestDevice(await makeTestAccount('alice'), clock);
  for (const device of devices) await troupe.give(device, witness);
  return { devices, witness, refusedByOthers: troupe.refused, log: troupe.log };
}

class Troupe {
  readonly devices: readonly TestDevice[];
  readonly refused: (Break & { commit: string })[] = [];
  readonly log: string[] = [];
  #renewals = 0;

  constructor(devices: readonly TestDevice[]) {
    this.devices = devices;
  }

  on(index: number): TestDevice {
    const device = this.devices[index % this.devices.length];
    if (!device) throw new Error('a troupe has devices');
    return device;
  }

  /** The creator invites the first device of bob and of carol; all of them have all then. */
  async open(charter: JsonObject & { readonly mode: number }, admins: 1 | 3): Promise<void> {
    const creator = this.on(0);
    await creator.write({ kind: 'initial', charter });
    for (const guest of [this.on(2), this.on(4)]) {
      await creator.write({ kind: 'add', uri: guest.writer.uri });
      await this.give(creator, guest);
      await guest.write({ kind: 'join' });
      await this.give(guest, creator);
    }
    if (admins === 3) await this.#promoteGuests(creator, this.on(2), this.on(4));
    for (const device of this.devices) await this.give(creator, device);
  }

  async #promoteGuests(creator: TestDevice, bob: TestDevice, carol: TestDevice): Promise<void> {
    await voteAndResolve(creator, 'promote', bob.uri);
    await creator.votes('promote', carol.uri);
    await this.give(creator, bob);
    await voteAndResolve(bob, 'promote', carol.uri);
    await this.give(bob, creator);
  }

  async give(from: TestDevice, to: TestDevice): Promise<void> {
    if (from === to || from.history.size === 0) return;
    const received: Received = await to.receive(from);
    if ('broken' in received) this.refused.push(received.broken);
  }

  async take(step: ScriptStep): Promise<void> {
    if (step.do === 'sync') {
      const [one, other] = [this.on(step.of[0]), this.on(step.of[1])];
      await this.give(one, other);
      await this.give(other, one);
      this.log.push('sync');
      return;
    }
    const device = this.on(step.at);
    const before = device.history.size;
    try {
      if (before > 0) await this.#act(device, step);
      this.log.push(`${step.do} ${device.history.size - before}`);
    } catch (reason) {
      if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
      this.log.push(`${step.do} refused: ${reason.data['rule']}`);
    }
  }

  async #act(device: TestDevice, step: Exclude<ScriptStep, { do: 'sync' }>): Promise<unknown> {
    switch (step.do) {
      case 'text':
        return device.says('hello');
      case 'join':
      case 'leave':
        return device.write({ kind: step.do });
      case 'profile':
        return device.write({ kind: 'profile', profile: { title: step.title } });
      case 'add':
        return device.write({ kind: 'add', uri: (await makeTestAccount(step.who)).uri });
      case 'edit':
      case 'reply':
      case 'react':
        return device.says('indeed', aboutNth(device, step));
      case 'renew':
        return this.#renew(device);
      case 'vote-ban':
        return device.votes('ban', (await makeTestAccount(step.who)).uri);
      case 'ban':
      case 'unban':
      case 'promote':
      case 'demote':
        return voteAndResolve(device, step.do, (await makeTestAccount(step.who)).uri);
      case 'vote-ban-device':
        return device.votes('ban', this.on(step.nth).deviceId);
      case 'ban-device':
        return voteAndResolve(device, 'ban', this.on(step.nth).deviceId);
      case 'unban-device':
        return voteAndResolve(device, 'unban', this.on(step.nth).deviceId);
      case 'revoke':
        // Its account's other device as a rule: alice's are 0 and 1, bob's 2 and 3.
        return device.revokes(this.on(step.nth % 4 === 0 ? step.nth : step.at ^ 1).writer);
    }
  }

  /** A text that brings a certificate of later date. */
  async #renew(device: TestDevice): Promise<unknown> {
    const issuedAt = new Date(Date.UTC(2027, 0, 1 + this.#renewals++));
    return device.renews(await device.account.issuePaper(device.writer, issuedAt));
  }
}

async function voteAndResolve(device: TestDevice, action: layout.VoteAction, target: string) {
  // Where others have voted too, one's own vote may be there or not be needed.
  await device.votes(action, target).catch(refusedOnly);
  return device.resolves(action, target);
}

function refusedOnly(reason: unknown): void {
  if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
}

function aboutNth(
  { history, order }: TestDevice,
  { do: verb, nth }: { do: 'edit' | 'reply' | 'react'; nth: number },
): JsonObject {
  const texts = order.filter((oid) => history.entry(oid)?.content.kind === 'text');
  const target = texts[nth % Math.max(1, texts.length)] ?? order[0] ?? '';
  const key = { edit: 'edit', reply: 'reply-to', react: 'react-to' }[verb];
  return { [key]: target };
}
