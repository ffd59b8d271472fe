import type { Entry, Intent } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import { ACTORS } from './actors/index.ts';
import { type Player, player } from './cast.ts';
import { Chance } from './chance.ts';
import { EventLog } from './event-log.ts';
import { FAULTS, type Machines, weatherOf } from './faults.ts';
import { HostileDevice } from './hostile-device.ts';
import type { Plan } from './plan.ts';
import { TREE_RULE } from './rule-switch.ts';
import { SimulatedDevice, type Surroundings } from './simulated-device.ts';
import { CALM, SimulatedNetwork, type Weather } from './simulated-network.ts';
import { VirtualTime } from './virtual-time.ts';
import { nextWish } from './workload.ts';

/** Something that a checker saw and that must not be. */
export interface Violation {
  readonly checker: string;
  readonly found: string;
}

/** What was said to somebody to be kept. */
export interface Acknowledged {
  readonly by: SimulatedDevice;
  readonly entry: Entry;
}

const STEP_MS = [5, 400] as const;
const TURN_MS = [400, 9000] as const;
const FAULT_MS = [300, 15_000] as const;
const ENROL_MS = 20_000;
/** The first members come while the weather is still good. */
const GATHERING_MS = 4000;
const ELECTIONS_MS = 3000;
const ROUND_MS = 800;
const DEGREE = 2;
/** Within this time after the faults stop all must be equal and silent. */
const HEALING_MS = 10 * 60_000;
/** After so many steps in a row that came to nothing there is nobody left to do anything. */
const MOST_IDLE_STEPS = 120;

/** One group in one process, from its first commit until the faults have stopped and all is silent. */
export class Simulation {
  readonly plan: Plan;
  readonly log: EventLog;
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly violations: Violation[] = [];
  readonly acknowledged = new Map<Oid, Acknowledged>();
  /** Commits on a disk that was put back to an older state, and who else had them then. */
  readonly heldBesides = new Map<Oid, readonly SimulatedDevice[]>();
  /** Devices whose disk was put back to an older state. */
  readonly restored = new Set<SimulatedDevice>();
  /** Commits that any honest device has taken in or written. */
  readonly #seen = new Set<Oid>();
  readonly counts = { steps: 0, refused: 0, written: 0, turns: 0 };
  readonly #gusts = new Set<Partial<Weather>>();
  readonly #lists = new Map<string, { number: bigint; revoked: Set<Player> }>();
  readonly #steps: Chance;
  readonly #harm: Chance;
  honest: SimulatedDevice[] = [];
  hostile: { device: HostileDevice; actor: keyof typeof ACTORS }[] = [];
  conversation = '';
  /** The rule that some do without, and which. */
  readonly #about: string | undefined;
  readonly #mutants: 'half' | 'all' | undefined;
  #isStormy = true;
  #idleSteps = 0;
  #sizeBefore = 0;
  /** After the faults: nothing that was due has been left, within the time. */
  fellSilent = false;

  constructor(
    plan: Plan,
    {
      print,
      without,
    }: { print?: (line: string) => void; without?: { rule: string; on: 'half' | 'all' } } = {},
  ) {
    this.plan = plan;
    this.#about = without?.rule;
    this.#mutants = without?.on;
    this.log = new EventLog(print);
    this.time = new VirtualTime(new Chance(plan.seed, 'order').unit);
    this.network = new SimulatedNetwork(this.time, new Chance(plan.seed, 'network'));
    this.#steps = new Chance(plan.seed, 'steps');
    this.#harm = new Chance(plan.seed, 'harm');
  }

  get devices(): readonly SimulatedDevice[] {
    return [...this.honest, ...this.hostile.map(({ device }) => device)];
  }

  /** Does the honest device of that name do without a rule? */
  isMutant(name: string): boolean {
    if (this.#mutants === undefined) return false;
    const at = this.honest.findIndex((device) => device.name === name);
    return at >= 0 && (this.#mutants === 'all' || at % 2 === 1);
  }

  report(checker: string, found: string): void {
    this.violations.push({ checker, found });
    this.log.add(`${this.time.ms} VIOLATION ${checker}: ${found}`);
  }

  async run(): Promise<void> {
    await this.#assemble();
    await this.#gather();
    this.#storm();
    // Ends by itself: when all is written, `#calm` lets everything come to rest.
    await this.time.run(Number.MAX_SAFE_INTEGER);
    await this.#lastWord();
    this.fellSilent = await this.time.run(HEALING_MS);
  }

  async #assemble(): Promise<void> {
    const { devices, hostile, charter, seed } = this.plan;
    const around: Surroundings = {
      ...{ time: this.time, network: this.network, log: this.log },
      chance: new Chance(seed, 'devices'),
      report: (checker, found) => this.report(checker, found),
      added: (entries) => {
        for (const { oid } of entries) this.#seen.add(oid);
      },
    };
    for (const [account, count] of devices.entries()) {
      for (let nth = 0; nth < count; nth++) {
        const who = await player(account, nth);
        const taken = hostile.find((one) => one.account === account && one.device === nth);
        if (taken) {
          this.hostile.push({ device: new HostileDevice(who, around), actor: taken.actor });
          continue;
        }
        // The next one, by its number.
        const isOdd = this.honest.length % 2 === 1;
        const isLoose = this.#about === TREE_RULE && (this.#mutants === 'all' || isOdd);
        this.honest.push(new SimulatedDevice(who, around, { isLoose }));
      }
    }
    const founder = this.honest[0];
    if (!founder) throw new Error('the device that founds the group is honest');
    const other = (await player(1, 0)).account.uri;
    this.conversation = await founder.found(
      charter.mode === 0 ? { ...charter, invited: other } : { ...charter },
    );
    this.log.add(`plan ${JSON.stringify(this.plan)}`);
    for (const device of this.devices) {
      const isEarly = device === founder || this.#steps.happens(0.7);
      const at = device === founder ? 0 : isEarly ? 1 : this.#steps.between(1, ENROL_MS);
      this.time.after(at, device.name, () => this.#start(device));
    }
  }

  #start(device: SimulatedDevice): void {
    if (device.life.alive) return;
    device.start(this.conversation).catch((reason: unknown) => {
      this.report('S10', `${device.name} does not start: ${String(reason)}`);
    });
  }

  /** The founder invites most of the others, who join, and makes one of them an admin. */
  async #gather(): Promise<void> {
    const founder = this.honest[0] as SimulatedDevice; // It was there when the group was founded.
    const write = (device: SimulatedDevice, wish: Intent) => void this.#write(device, wish);
    const guests = new Map(this.devices.map((device) => [device.uri, device]));
    guests.delete(founder.uri);
    for (const [uri, guest] of guests) {
      if (this.#steps.happens(0.2)) continue;
      if (this.plan.charter.mode !== 0) {
        this.time.after(10, founder.name, () => write(founder, { kind: 'add', uri }));
      }
      this.time.after(this.#steps.between(1000, 2500), guest.name, () => {
        if (guest.up && guest.history.size > 0) write(guest, { kind: 'join' });
      });
    }
    await this.#elect([...guests.keys()]);
    await this.time.run(GATHERING_MS);
  }

  /** A lone admin makes another one; further ones they make together, in a council at once. */
  async #elect(guests: readonly string[]): Promise<void> {
    const { isCouncil } = this.plan;
    const most = isCouncil ? guests.length : this.#steps.between(0, 3);
    const candidates = this.#steps.shuffled(guests).slice(0, most);
    const rounds = isCouncil ? candidates.length : 1;
    for (const [at, target] of candidates.entries()) {
      const begin = ELECTIONS_MS + Math.min(at, rounds - 1) * ROUND_MS;
      for (const device of this.devices) {
        this.time.after(begin, device.name, () => void this.#votesFor(device, target, rounds > at));
      }
    }
    if (isCouncil) await this.time.run(ELECTIONS_MS + rounds * ROUND_MS);
  }

  async #votesFor(device: SimulatedDevice, target: string, atOnce: boolean): Promise<void> {
    if (!device.up || device.history.size === 0) return;
    const { state } = await device.runtime.resolved();
    if (state.placeOf(device.uri) !== 'admin') return;
    const question = { action: 'promote', target } as const;
    await this.#write(device, { kind: 'vote', ...question });
    const isFounder = device === this.honest[0];
    if (!isFounder || !atOnce) return;
    this.time.after(ROUND_MS / 2, device.name, () => {
      if (device.up) void this.#write(device, { kind: 'resolve', ...question });
    });
  }

  #storm(): void {
    this.network.weather = weatherOf([], DEGREE);
    const machines = this.#machines();
    const chance = new Chance(this.plan.seed, 'faults');
    for (const name of this.plan.faults) {
      const again = () => {
        if (!this.#isStormy) return;
        this.log.add(`${this.time.ms} fault: ${name}`);
        FAULTS[name](machines, chance);
        this.time.after(chance.between(...FAULT_MS) * 2, '', again);
      };
      this.time.after(chance.between(...FAULT_MS), '', again);
    }
    for (const { device, actor } of this.hostile) this.#harmAgain(device, actor);
    this.#stepAgain();
  }

  #machines(): Machines {
    return {
      devices: this.devices,
      after: (ms, happen) => this.time.after(ms, '', happen),
      tell: (what) => this.log.add(`${this.time.ms} ${what}`),
      restart: (device) => this.time.after(0, device.name, () => this.#start(device)),
      restore: (device, image) => {
        this.#noteHolders(device);
        this.restored.add(device);
        device.disk.restore(image);
        this.log.add(`${this.time.ms} ${device.name} gets an old disk back`);
      },
      blow: (gust, ms) => {
        if (!this.#isStormy) return;
        this.#gusts.add(gust);
        this.#changeWeather();
        this.time.after(ms, '', () => {
          if (this.#gusts.delete(gust) && this.#isStormy) this.#changeWeather();
        });
      },
    };
  }

  #changeWeather(): void {
    this.network.changeWeather(weatherOf([...this.#gusts], DEGREE));
  }

  /** What goes with this disk is as good as never written, unless somebody has it who will give it on. */
  #noteHolders(device: SimulatedDevice): void {
    for (const oid of this.acknowledged.keys()) {
      if (!device.disk.has(oid)) continue;
      const others = this.honest.filter(({ disk }) => disk !== device.disk && disk.has(oid));
      this.heldBesides.set(oid, others);
    }
  }

  #harmAgain(device: HostileDevice, actor: keyof typeof ACTORS): void {
    this.time.after(this.#harm.between(...TURN_MS), device.name, () => {
      if (!this.#isStormy) return;
      void this.#harmOnce(device, actor).finally(() => this.#harmAgain(device, actor));
    });
  }

  async #harmOnce(device: HostileDevice, actor: keyof typeof ACTORS): Promise<void> {
    if (!device.up || device.history.size === 0) return;
    const { state } = await device.runtime.resolved();
    const { ordered } = device.history;
    this.counts.turns++;
    await ACTORS[actor]({ device, chance: this.#harm, state, ordered, about: this.#about });
  }

  #stepAgain(): void {
    const { size } = this.#seen;
    if (size !== this.#sizeBefore) this.#idleSteps = 0;
    this.#sizeBefore = size;
    if (size >= this.plan.commits || ++this.#idleSteps > MOST_IDLE_STEPS) {
      this.time.after(0, '', () => this.#calm());
      return;
    }
    this.counts.steps++;
    const device = this.#steps.pick(this.honest);
    this.time.after(this.#steps.between(...STEP_MS), device?.name ?? '', () => {
      if (device?.up && device.history.size > 0) void this.#step(device);
      this.#stepAgain();
    });
  }

  async #step(device: SimulatedDevice): Promise<void> {
    const { state } = await device.runtime.resolved();
    const wish = await nextWish({
      ...{ device, state, chance: this.#steps, isCouncil: this.plan.isCouncil },
      accounts: [...new Set(this.devices.map(({ uri }) => uri))],
      suspects: this.hostile.flatMap(({ device: { uri, deviceId } }) => [uri, deviceId]),
      revocation: (own) => this.#revocation(own),
    });
    if (wish !== undefined && device.up) await this.#write(device, wish);
  }

  async #write(device: SimulatedDevice, wish: Intent): Promise<void> {
    const written = await device.write(wish);
    if (typeof written === 'object') {
      this.counts.written++;
      this.acknowledged.set(written.oid, { by: device, entry: written });
    } else if (written !== undefined) this.counts.refused++;
  }

  /** A list of the account that names one more of its devices: the one in hostile hands, if there is one. */
  #revocation(own: SimulatedDevice): Promise<Uint8Array> | undefined {
    const others = this.devices.filter(({ uri, name }) => uri === own.uri && name !== own.name);
    const lost = others.find((device) => device instanceof HostileDevice) ?? others.at(-1);
    if (!lost) return undefined;
    const list = this.#lists.get(own.uri) ?? { number: 0n, revoked: new Set<Player>() };
    list.number++;
    list.revoked.add(lost.player);
    this.#lists.set(own.uri, list);
    const writers = [...list.revoked].map(({ writer }) => writer);
    return this.time.standingStill(own.player.account.revoke(list.number, writers));
  }

  /** All faults stop, and all hostile devices; whoever is down comes up again. */
  #calm(): void {
    this.log.add(`${this.time.ms} calm`);
    this.#isStormy = false;
    this.#gusts.clear();
    for (const { device } of this.hostile) device.giving = 'all';
    for (const device of this.devices) {
      device.disk.isFull = false;
      this.time.after(1, device.name, () => this.#start(device));
    }
    this.network.changeWeather(CALM);
  }

  /** When all is silent one of them says something once more: what lay side by side is merged. */
  async #lastWord(): Promise<void> {
    for (const device of this.honest) {
      if (!device.up || device.history.size === 0) continue;
      const { state } = await device.runtime.resolved();
      if (!state.isWriter(device.uri)) continue;
      this.time.after(1, device.name, () => {
        const fields = { body: 'the last word', type: 'text/plain' };
        void this.#write(device, { kind: 'message', fields });
      });
      return;
    }
  }
}
