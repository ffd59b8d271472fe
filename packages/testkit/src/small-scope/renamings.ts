import { firstDeviceOf, type Operation, operationsOf, type Scope } from './scope.ts';
import { permutations, type Renaming } from './shape.ts';

/** All renamings of accounts that a scope allows, as new codes of its operations; these begin at `first`. */
export function renamingsOf(scope: Scope, first: number): readonly Renaming[] {
  const operations = operationsOf(scope);
  const places = new Map(operations.map((operation, at) => [nameOf(operation), at]));
  return seatings(scope).map((seats) => {
    const renamed = operations.map((operation) => {
      const place = places.get(nameOf(rename(operation, seats, scope)));
      if (place === undefined) throw new Error('a renamed operation is an operation');
      return first + place;
    });
    return [...Array.from({ length: first }, (_, code) => code), ...renamed];
  });
}

/** New seat of every seat. */
function seatings({ devices, alike }: Scope): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[...devices.keys()]];
  for (const group of alike) {
    all = all.flatMap((seats) =>
      permutations(group).map((permuted) =>
        seats.map((seat, at) =>
          group.includes(at) ? (permuted[group.indexOf(at)] ?? seat) : seat,
        ),
      ),
    );
  }
  return all;
}

function rename(operation: Operation, seats: readonly number[], scope: Scope): Operation {
  const deviceOf = (device: number) => {
    const seat = scope.devices.findLastIndex((_, at) => firstDeviceOf(scope, at) <= device);
    return firstDeviceOf(scope, seats[seat] ?? seat) + device - firstDeviceOf(scope, seat);
  };
  const { by, seat, device } = operation;
  return {
    ...operation,
    by: deviceOf(by),
    ...(seat === undefined ? {} : { seat: seats[seat] ?? seat }),
    ...(device === undefined ? {} : { device: deviceOf(device) }),
  };
}

const nameOf = ({ by, does, action, seat, device }: Operation) =>
  [by, does, action, seat, device].join(' ');
