import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { utf8, utf8Text } from '@covey/codec';
import { ROOT, runProgram } from '../program.ts';
import { readFuzzArguments } from './arguments.ts';
import { Chance } from './chance.ts';
import { freeze, frozenOf } from './frozen.ts';
import { MAX_INPUT_BYTES } from './fuzz-target.ts';
import { minimize } from './minimize.ts';
import { mutate } from './mutate.ts';
import { TARGETS } from './targets.ts';
import { words } from './words.ts';

describe('chance', () => {
  test('the same seed draws the same, another seed does not', () => {
    const [a, b, c] = [new Chance(7), new Chance(7), new Chance(8)].map((it) => it.bytes(32));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test('every number below the limit is drawn, and no other', () => {
    const chance = new Chance(1);
    const drawn = new Set(Array.from({ length: 500 }, () => chance.below(10)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Chance(1).below(0)).toBe(0);
  });
});

describe('mutation', () => {
  const sources = (seed: number) => ({
    chance: new Chance(seed),
    dictionary: words('WORD'),
    other: utf8('other input'),
  });

  test('leaves its input alone, is bounded, and is the same for the same seed', () => {
    const inputs = [new Uint8Array(), utf8('12'), utf8('x'.repeat(MAX_INPUT_BYTES))];
    for (const input of inputs) {
      const before = input.slice();
      for (let seed = 0; seed < 100; seed++) {
        const mutant = mutate(input, sources(seed));
        expect(mutant.length).toBeLessThanOrEqual(MAX_INPUT_BYTES);
        expect(mutant).not.toBe(input);
        if (seed < 20) expect(mutate(input, sources(seed))).toEqual(mutant);
      }
      expect(Buffer.compare(input, before)).toBe(0);
    }
  });

  test('brings in words, other inputs and numbers', () => {
    const mutants = Array.from({ length: 2000 }, (_, seed) =>
      Buffer.from(mutate(utf8('length 17;'), sources(seed))).toString('latin1'),
    );
    for (const part of ['WORD', 'input', '9007199254740992', 'length 1;', 'length length']) {
      expect(
        mutants.some((text) => text.includes(part)),
        part,
      ).toBe(true);
    }
  });
});

describe('a finding', () => {
  test('is made smaller while it shows the same', async () => {
    const input = utf8('what stands around BUG does not matter');
    const small = await minimize(input, async (it) => utf8Text(it).includes('BUG'), 500);
    expect(utf8Text(small)).toBe('BUG');
  });

  test('is not made smaller by more attempts than allowed', async () => {
    let asked = 0;
    const never = async () => asked++ < 0;
    expect(await minimize(utf8('abc'), never, 4)).toEqual(utf8('abc'));
    expect(asked).toBe(4);
  });

  test('is frozen under the name of its bytes, with its reason on one line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'covey-frozen-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = freeze({ target: 'json', input: utf8('abc'), reason: 'one\n two' }, folder);
    freeze({ target: 'json', input: utf8('d'), reason: 'another' }, folder);
    expect(path).toMatch(/json\/a9993e364706816aba3e25717850c26c9cd0d89d\.bin$/);
    expect(readFileSync(path, 'utf8')).toBe('abc');
    expect(frozenOf('json', folder)).toContainEqual({
      ...{ target: 'json', file: 'a9993e364706816aba3e25717850c26c9cd0d89d.bin' },
      ...{ input: utf8('abc'), reason: 'one two' },
    });
    expect(frozenOf('tree', folder)).toEqual([]);
  });
});

describe('the command line', () => {
  test.each([
    [],
    ['json'],
    ['nothing', '--minutes', '1'],
    ['planted/endless-loop', '--minutes', '1'],
    ['constructor', '--minutes', '1'],
    ['json', 'tree', '--minutes', '1'],
    ['json', '--minutes', 'soon'],
    ['json', '--minutes', '-1'],
    ['json', '--minutes', '1', '--seed', '1.5'],
    ['json', '--minutes', '1', '--seed', '4294967296'],
    ['json', '--minutes'],
    ['json', '--minutes', '1', '--fast'],
    ['all', '--replay', 'x'],
  ])('%j %j %j %j %j cannot be read', (...args: readonly string[]) => {
    expect(readFuzzArguments(args)).toBeUndefined();
  });

  test('all shares the minutes among all targets, and a replay needs none', () => {
    expect(readFuzzArguments(['all', '--minutes', '0.5', '--seed', '7'])).toEqual({
      ...{ targets: Object.keys(TARGETS), minutes: 0.5, seed: 7, replay: undefined },
    });
    expect(readFuzzArguments(['tree', '--replay', 'x.bin'])).toMatchObject({
      ...{ targets: ['tree'], replay: 'x.bin' },
    });
  });

  test('an unknown target ends with 2 and the usage, nothing on stdout', async () => {
    const main = join(ROOT, 'tools/fuzz/main.ts');
    const { code, stdout, output } = await runProgram(process.execPath, [main, 'dance']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(output).toContain('usage: npm run fuzz -- TARGET --minutes N');
  });

  test('a short run prints its seed, closes with its counts, and ends with 0', async () => {
    const main = join(ROOT, 'tools/fuzz/main.ts');
    const args = [main, 'tree', '--minutes', '0.005', '--seed', '3'];
    const { code, stdout } = await runProgram(process.execPath, args);
    expect(stdout).toMatch(
      /^seed 3\ntree: \d+ s, \d+ executions, \d+\/s, \d+ ranges, corpus \d+, 0 findings, seed 3\n$/,
    );
    expect(code).toBe(0);
  });
});
