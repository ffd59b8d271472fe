import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readScenario } from './read-scenario.ts';
import { runScenario } from './run-scenario.ts';

const VECTORS = join(import.meta.dirname, '../../../../vectors');

interface File {
  /** Without its ending. */
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

const filesIn = (folder: string): readonly File[] =>
  globSync(join(VECTORS, folder, '*.json'))
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { file: basename(path, '.json'), name: readScenario(text).name, text };
    });

const files = filesIn('scenarios');
const taken = new Set<File>();

/** Files that begin so, each for one test only. */
function beginning(...starts: readonly string[]): readonly File[] {
  const found = files.filter(
    (file) => !taken.has(file) && starts.some((start) => file.file.startsWith(start)),
  );
  for (const file of found) taken.add(file);
  return found;
}

async function holds({ text }: File): Promise<void> {
  const { failures, devices, steps } = await runScenario(readScenario(text));
  expect(failures).toEqual([]);
  // A file lies about what is said, never about how it is written.
  const rules = steps.map(({ rule }) => rule);
  expect(rules).not.toContain('every-commit/form');
  expect(rules).not.toContain('every-commit/signature');
  expect(Object.keys(devices).length).toBeGreaterThan(0);
}

test.each(beginning('delta-chat-scene'))('MEET-1: $name', holds);

test.each(
  beginning('alice-bob-carla-denys', 'a-decision', 'two-', 'the-two-admins', 'votes-gathered'),
)('BAN-5: $name', holds);

test.each(
  beginning(
    ...['a-demoted-creator', 'a-removed-creator', 'a-text-apart', 'a-void-invitation', 'after-the'],
    ...['honest-text', 'text-apart', 'text-before', 'void-stays', 'what-a-revoked'],
    ...['a-banned-device', 'leaving-on-old-parents'],
  ),
)('BAN-6: $name', holds);

test.each(beginning('a-lone-admin', 'exactly-half', 'nobody-votes'))('BAN-1: $name', holds);

test.each(beginning('unban-'))('BAN-3: $name', holds);

test.each(beginning('a-demoted-admin'))('BAN-7: $name', holds);

test.each(beginning('a-merge'))('VAL-10: $name', holds);

test.each(beginning('a-text-that-smuggles'))('VAL-3, VAL-11: $name', holds);

test.each(beginning('join-', 'mode-3'))('VAL-6, SWARM-6: $name', holds);

test.each(beginning('leave-'))('VAL-8: $name', holds);

test.each(beginning('mode-0', 'mode-1'))('VAL-5, SWARM-6: $name', holds);

test.each(beginning('profile-'))('VAL-9: $name', holds);

test.each(beginning('flat-'))('GROUP-FLAT: $name', holds);

test.each(beginning('order-'))('SYNC-8: $name', holds);

test.each(beginning('the-banned-messenger', 'a-resolution-is-heard'))(
  'a stranger is not listened to, unless he brings resolutions: $name',
  holds,
);

test.each(filesIn('scenarios-more'))('BAN-5: as a second reader of the law has it: $name', holds);

test('every file is played by one of these tests', () => {
  expect(files.filter((file) => !taken.has(file))).toEqual([]);
  expect(files.length).toBeGreaterThanOrEqual(43);
});

test.each(files.filter(({ text }) => lastSync(text).length > 0))(
  'SYNC-8: who has exchanged all has the same digest: $name',
  async ({ text }) => {
    const { devices } = await runScenario(readScenario(text));
    const digests = lastSync(text).map((device) => devices[device]?.digest);
    expect(new Set(digests).size).toBe(1);
  },
);

/** Devices of a sync that ends the file, as far as the file expects that their accounts are in the group. */
function lastSync(text: string): readonly string[] {
  const { steps, accounts, expect: expected } = readScenario(text);
  const last = steps.at(-1);
  if (last?.type !== 'sync') return [];
  const states = [...expected.values()];
  return last.devices.filter((device) =>
    states.every(({ admins = [], members = [] }) =>
      [...admins, ...members].some((account) => accounts.get(account)?.includes(device)),
    ),
  );
}

test('the same file gives the same answer, ids and digests included', async () => {
  for (const { text } of files.slice(0, 8)) {
    const [one, other] = [
      await runScenario(readScenario(text)),
      await runScenario(readScenario(text)),
    ];
    expect(other).toEqual(one);
  }
});
