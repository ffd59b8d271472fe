import { type JsonValue, readJson } from '@covey/codec';
import type { Mode } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { Fields, malformed } from './fields.ts';
import { readStep } from './read-step.ts';
import { References } from './references.ts';
import {
  EXPECTED_LISTS,
  type Expectation,
  type ExpectedList,
  type Scenario,
  type Step,
} from './scenario.ts';

const KEYS = [
  ...['name', 'mode', 'invited', 'profile', 'flat', 'accounts', 'creator', 'steps', 'expect'],
];
const MODES: readonly Mode[] = [0, 1, 2, 3];

/**
 * Reads a scenario file (docs/protocol/scenarios.md). Whatever it names, a name or an id, is there.
 * @throws {CoveyError} SCENARIO_MALFORMED, with the `path` of the offending key in `data`
 */
export function readScenario(text: string): Scenario {
  const file = Fields.of(parsed(text), '', KEYS);
  const mode = MODES.find((known) => known === file.value('mode'));
  if (mode === undefined) throw malformed('mode', 'expected 0, 1, 2 or 3');
  const accounts = readAccounts(file);
  const references = new References(accounts);
  const creator = references.device(file.name('creator'), 'creator');
  const steps = readSteps(file, references, creator);
  return {
    name: file.name('name'),
    mode,
    ...readCharter(file, mode, references),
    ...{ accounts, creator, steps },
    expect: file.has('expect') ? readExpectations(file.object('expect'), references) : new Map(),
  };
}

function parsed(text: string): JsonValue {
  try {
    return readJson(text);
  } catch (reason) {
    if (!CoveyError.is(reason, 'JSON_MALFORMED')) throw reason;
    throw malformed('', `not JSON: ${reason.message}`, reason);
  }
}

function readAccounts(file: Fields): ReadonlyMap<string, readonly string[]> {
  const accounts = new Map<string, readonly string[]>();
  const fields = file.object('accounts');
  for (const account of fields.keys) {
    if (account === '') throw malformed(fields.at(account), 'expected a name');
    accounts.set(account, fields.names(account));
  }
  const names = new Set(accounts.keys());
  for (const [account, devices] of accounts) {
    for (const [at, device] of devices.entries()) {
      // A vote names accounts and devices alike: each name stands for one of them.
      if (names.has(device)) throw malformed(`accounts.${account}[${at}]`, 'a name that is taken');
      names.add(device);
    }
  }
  return accounts;
}

function readCharter(
  file: Fields,
  mode: Mode,
  references: References,
): Pick<Scenario, 'invited' | 'profile' | 'flat'> {
  if (file.has('invited') !== (mode === 0)) {
    throw malformed('invited', 'mode 0 has it, and no other mode');
  }
  const flat = file.has('flat') && file.boolean('flat');
  if (flat && mode < 2) throw malformed('flat', 'only in modes 2 and 3');
  return {
    flat,
    ...(mode === 0 ? { invited: references.account(file.name('invited'), 'invited') } : {}),
    ...(file.has('profile') ? { profile: file.oneOf('profile', ['admin', 'member']) } : {}),
  };
}

function readSteps(file: Fields, references: References, creator: string): readonly Step[] {
  const steps: Step[] = [];
  /** Devices that may have the conversation. */
  const reached = new Set([creator]);
  for (const [index, value] of file.list('steps').entries()) {
    const path = `steps[${index}]`;
    const step = readStep(value, path, index + 1, references);
    if (step.type === 'sync') for (const device of step.devices) reached.add(device);
    else if (step.type === 'offer') reached.add(step.to);
    else {
      if (!step.on && step.deed.do !== 'merge' && !reached.has(step.at)) {
        throw malformed(`${path}.at`, "hasn't the conversation: its first step must be a sync");
      }
      reached.add(step.at);
      references.define(step.id, `${path}.id`);
    }
    steps.push(step);
  }
  return steps;
}

function readExpectations(
  fields: Fields,
  references: References,
): ReadonlyMap<string, Expectation> {
  const expectations = new Map<string, Expectation>();
  for (const device of fields.keys) {
    const each = fields.object(device, [...EXPECTED_LISTS, 'title']);
    references.device(device, fields.at(device));
    expectations.set(device, {
      ...Object.fromEntries(
        EXPECTED_LISTS.filter((list) => each.has(list)).map((list) => [
          list,
          readList(each, list, references),
        ]),
      ),
      // A group that was never given a title may be said to have none.
      ...(each.has('title')
        ? { title: each.value('title') === null ? '' : each.text('title') }
        : {}),
    });
  }
  return expectations;
}

function readList(fields: Fields, list: ExpectedList, references: References): readonly string[] {
  const names = fields.names(list);
  for (const [at, name] of names.entries()) {
    const path = `${fields.at(list)}[${at}]`;
    if (list === 'void' || list === 'shown') references.commit(name, path);
    else if (list === 'bannedDevices') references.device(name, path);
    else references.account(name, path);
  }
  return names;
}
