import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { scenarioCommand } from './command.ts';

const GOOD = JSON.stringify({
  ...{ name: 'good', mode: 2, accounts: { alice: ['a1'] }, creator: 'a1', steps: [] },
});
const FILES = new Map([
  ['good.json', utf8(GOOD)],
  ['wrong.json', utf8(GOOD.replace('"steps":[]', '"steps":[],"expect":{"a1":{"admins":[]}}'))],
  ['stray.json', utf8(GOOD.replace('"steps"', '"stepps"'))],
  ['bytes.json', new Uint8Array([0xff])],
]);

async function command(...files: readonly string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await scenarioCommand(files, {
    out: (line) => lines.push(line),
    err: (line) => errors.push(line),
    read: (path) => {
      const bytes = FILES.get(path);
      if (!bytes) throw new Error(`no ${path}`);
      return bytes;
    },
  });
  return { code, errors, answers: lines.map((line) => JSON.parse(line) as unknown) };
}

test('every file has its line, and the exit code is 0 only when all are ok', async () => {
  const both = await command('good.json', 'wrong.json');
  expect(both.code).toBe(1);
  expect(both.answers).toMatchObject([
    { name: 'good', ok: true, failures: [], steps: [], devices: { a1: { admins: ['alice'] } } },
    { name: 'good', ok: false, failures: ['a1: admins: expected [], found ["alice"]'] },
  ]);
  expect((await command('good.json', 'good.json')).code).toBe(0);
});

test.each([
  ['stray.json', 'stepps'],
  ['bytes.json', ''],
  ['absent.json', ''],
])('%s is answered by a line as well, and by no stack trace', async (file, path) => {
  const { code, answers, errors } = await command(file, 'good.json');
  expect(code).toBe(1);
  expect(errors).toEqual([]);
  expect(answers).toMatchObject([
    { name: file, ok: false, steps: [], devices: {}, error: { code: 'SCENARIO_MALFORMED', path } },
    { ok: true },
  ]);
});

test('without files it says how it is used', async () => {
  const { code, errors, answers } = await command();
  expect({ code, answers }).toEqual({ code: 2, answers: [] });
  expect(errors[0]).toContain('FILE');
});
