import type { GroupState } from '@covey/conversation';
import type { Checker } from '../ending.ts';
import type { SimulatedDevice } from '../simulated-device.ts';

/** Of one simulation, for each commit and device. Far above what was ever seen, far below what a storm would bring. */
const MOST_MESSAGES = 60;
const MOST_BYTES = 64 * 1024;

export const allEqual: Checker = {
  name: 'S8',
  promises:
    'when the faults have stopped all become equal within ten minutes, and then fall silent',
  async *check({ simulation, circle, strays, union }) {
    for (const company of strays) {
      // Whose disk was put back to before he knew anybody can't know whom to talk with (authority.md, admission).
      if ([...company, ...circle].some((device) => simulation.restored.has(device))) continue;
      if (await isParted(company, circle)) continue;
      yield `${company.map(({ name }) => name).join(', ')} exchange with nobody else`;
    }
    const all = union.heads.map(({ oid }) => oid).join(' ');
    for (const { name, runtime } of circle) {
      if (runtime.heads.join(' ') !== all)
        yield `${name} has heads ${runtime.heads.join(' ')}, all ${all}`;
    }
    if (!simulation.fellSilent) yield `${simulation.time.waiting} things are still due`;
  },
};

/** Who has left is told nothing any more, and so nobody hears of an invitation that only they know who left too. */
async function isParted(
  company: readonly SimulatedDevice[],
  circle: readonly SimulatedDevice[],
): Promise<boolean> {
  const states = new Map<SimulatedDevice, GroupState>();
  for (const device of [...company, ...circle]) {
    states.set(device, (await device.runtime.resolved()).state);
  }
  const hasLeft = (state: GroupState | undefined, { uri }: SimulatedDevice) =>
    state?.placeOf(uri) === undefined && state?.bannedFrom(uri) === undefined;
  return company.every((one) =>
    circle.every((other) => hasLeft(states.get(one), other) || hasLeft(states.get(other), one)),
  );
}

export const withinBudget: Checker = {
  name: 'S9',
  promises:
    'messages and disks stay within their bounds, and nobody merges but in front of his own next commit',
  *check({ simulation, circle, union }) {
    const { network, devices } = simulation;
    const perCommit = network.sent / devices.length / union.size;
    if (perCommit > MOST_MESSAGES)
      yield `${perCommit.toFixed(1)} messages for each commit and device`;
    for (const { name, disk } of circle) {
      const bytes = disk.bytes / union.size;
      if (bytes > MOST_BYTES)
        yield `the disk of ${name} holds ${bytes.toFixed(0)} bytes per commit`;
    }
    const honest = new Set<string>(simulation.honest.map(({ deviceId }) => deviceId));
    const answered = new Set(
      union.ordered.flatMap(({ device, parents }) =>
        parents.filter((parent) => parent.device === device),
      ),
    );
    for (const entry of union.ordered) {
      const isHonest = entry.content.kind === 'merge' && honest.has(entry.device);
      if (isHonest && !answered.has(entry))
        yield `merge ${entry.oid} stands in front of nothing that its author said`;
    }
  },
};

export const nothingLeft: Checker = {
  name: 'S10',
  promises: 'no failure goes unheard, and nobody waits for anything any more',
  *check({ simulation }) {
    for (const { one, other, pending } of simulation.network.wires) {
      if (pending > 0)
        yield `${pending} calls between ${one.name} and ${other.name} have no answer`;
    }
    for (const { name, writing } of simulation.honest) {
      if (writing > 0) yield `${name} still writes ${writing} commits`;
    }
  },
};
