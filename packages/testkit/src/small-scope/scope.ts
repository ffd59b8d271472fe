import type { layout } from '@covey/conversation';

/** What one device does. Accounts are named by their seats, devices by their place in the list of all. */
export interface Operation {
  /** The device that writes. */
  readonly by: number;
  readonly does: 'add' | 'join' | 'leave' | 'vote' | 'resolve' | 'revoke';
  /** Of a vote or a resolution. */
  readonly action?: layout.VoteAction;
  /** The account that it is about. */
  readonly seat?: number;
  /** The device that it is about, instead of an account. */
  readonly device?: number;
}

/** Where the histories of one search begin, and which may be renamed into which. */
export interface Scope {
  readonly name: string;
  readonly says: string;
  readonly mode: 1 | 2 | 3;
  /** Devices of each account; the first account is the creator. */
  readonly devices: readonly number[];
  /** Accounts that are admins from the beginning, the creator among them, and behind them the members. */
  readonly admins: number;
  readonly members: number;
  /** May a view leave out all since the promotions, so that somebody forks from when the creator was the only admin? */
  readonly forks: boolean;
  /** Have the two admins after him banned the creator? */
  readonly removes?: boolean;
  /** Are there votes on devices too? */
  readonly deviceVotes: boolean;
  /** Seats that nothing tells apart: histories equal up to a renaming of these count once. */
  readonly alike: readonly (readonly number[])[];
}

const SCOPE = { mode: 2, forks: false, deviceVotes: false } as const;

/** Starting points, by name. Four accounts at most. */
export const SCOPES: readonly Scope[] = [
  {
    ...{ ...SCOPE, name: 'founder', devices: [2, 1, 1, 1], admins: 1, members: 0 },
    says: 'the creator alone, with two devices',
    alike: [[1, 2, 3]],
  },
  {
    ...{ ...SCOPE, name: 'open', mode: 3, devices: [1, 1, 1, 1], admins: 1, members: 0 },
    says: 'the creator alone, in a group that anybody may join (mode 3)',
    alike: [[1, 2, 3]],
  },
  {
    ...{ ...SCOPE, name: 'pair', devices: [1, 1, 1, 1], admins: 2, members: 1 },
    says: 'two admins, a member, and somebody outside',
    alike: [[0, 1]],
  },
  {
    ...{ ...SCOPE, name: 'three', devices: [1, 1, 1, 1], admins: 3, members: 1 },
    says: 'three admins and a member',
    alike: [[0, 1, 2]],
  },
  {
    ...{ ...SCOPE, name: 'four', devices: [1, 1, 1, 1], admins: 4, members: 0 },
    says: 'four admins',
    alike: [[0, 1, 2, 3]],
  },
  {
    ...{ ...SCOPE, name: 'devices', devices: [2, 2], admins: 2, members: 0, deviceVotes: true },
    says: 'two admins with two devices each, and votes on devices',
    alike: [[0, 1]],
  },
  {
    ...{ ...SCOPE, name: 'fork', devices: [2, 1, 1], admins: 2, members: 1, forks: true },
    says: 'two admins and a member; views may leave out that the second was made an admin',
    alike: [],
  },
  {
    ...{ ...SCOPE, name: 'takeover', devices: [1, 1, 1, 1], admins: 3, members: 1, forks: true },
    says: 'three admins and a member; views may leave out that any but the creator was made an admin',
    alike: [],
  },
  {
    ...{ ...SCOPE, name: 'removed', devices: [2, 1, 1, 1], admins: 3, members: 1, forks: true },
    says: 'as before, and the two others have banned the creator; views may leave that out too',
    ...{ removes: true, alike: [] },
  },
];

/** The device that an account writes with first: the index of it in the list of all. */
export function firstDeviceOf({ devices }: Scope, seat: number): number {
  return devices.slice(0, seat).reduce((sum, count) => sum + count, 0);
}

/** The seats of all devices. */
function seatsOf({ devices }: Scope): readonly number[] {
  return devices.flatMap((count, seat) => Array.from({ length: count }, () => seat));
}

const ACTIONS = ['ban', 'unban', 'promote', 'demote'] as const;

/** Everything that any device could try, lawful or not. */
export function operationsOf(scope: Scope): readonly Operation[] {
  const seats = seatsOf(scope);
  const accounts = [...scope.devices.keys()];
  const targets = [
    ...accounts.map((seat) => ({ seat })),
    ...(scope.deviceVotes ? seats.map((_, device) => ({ device })) : []),
  ];
  const questions = targets.flatMap((target) => ACTIONS.map((action) => ({ action, ...target })));
  return seats.flatMap((own, by): readonly Operation[] => [
    ...accounts.map((seat) => ({ by, does: 'add' as const, seat })),
    { by, does: 'join' },
    { by, does: 'leave' },
    ...questions.map((question) => ({ by, does: 'vote' as const, ...question })),
    ...questions.map((question) => ({ by, does: 'resolve' as const, ...question })),
    ...[...seats.keys()]
      .filter((device) => device !== by && seats[device] === own)
      .map((device) => ({ by, does: 'revoke' as const, device })),
  ]);
}

/** How the group comes to where the search begins: parts that a view has whole or, but for the first, not at all. */
export function startOf(scope: Scope): readonly (readonly Operation[])[] {
  const { admins, members, forks, removes = false } = scope;
  const device = (seat: number) => firstDeviceOf(scope, seat);
  const others = Array.from({ length: admins + members - 1 }, (_, at) => at + 1);
  const joined = others.flatMap((seat): readonly Operation[] => [
    { by: device(0), does: 'add', seat },
    { by: device(seat), does: 'join' },
  ]);
  const promoted = others.slice(0, admins - 1).flatMap((seat): readonly Operation[] => {
    // Whoever came before is an admin by now: more than half of them.
    const voters = Array.from({ length: Math.floor(seat / 2) + 1 }, (_, voter) => voter);
    const question = { action: 'promote', seat } as const;
    return [
      ...voters.map((voter) => ({ by: device(voter), does: 'vote' as const, ...question })),
      { by: device(0), does: 'resolve', ...question },
    ];
  });
  const ban = { action: 'ban', seat: 0 } as const;
  const removed: readonly Operation[] = removes
    ? [
        ...[1, 2].map((seat) => ({ by: device(seat), does: 'vote' as const, ...ban })),
        { by: device(1), does: 'resolve', ...ban },
      ]
    : [];
  const since = [...promoted, ...removed];
  return forks ? [joined, since] : [[...joined, ...since]];
}
