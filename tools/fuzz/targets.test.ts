import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FROZEN_FOLDER, frozenOf } from './frozen.ts';
import { replayOf, runFuzz } from './fuzz-run.ts';
import { TARGETS } from './targets.ts';

const SEED = 20_261_121;
const EXECUTIONS = 400;
const NAMES = Object.keys(TARGETS);

describe('every target', () => {
  test.each(NAMES)(`%s: ${EXECUTIONS} inputs of seed ${SEED} break nothing`, async (target) => {
    const { finding, progress } = await runFuzz({
      target,
      task: {
        ...{ kind: 'search', seed: SEED, executions: EXECUTIONS },
        ...{ frozen: [], corpora: false, coverage: true },
      },
    });
    expect(finding && [finding.violation, Buffer.from(finding.input).toString('base64')]).toBe(
      undefined,
    );
    expect(progress.executions).toBeGreaterThanOrEqual(EXECUTIONS);
    expect(progress.ranges, 'code of ours is reached').toBeGreaterThan(10);
    expect(progress.corpus, 'the seeds show something new').toBeGreaterThan(0);
  });
});

describe('what is frozen', () => {
  const shelves = readdirSync(FROZEN_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test('belongs to a target, is named by its bytes, and has a reason', () => {
    expect(shelves.filter((name) => !NAMES.includes(name))).toEqual([]);
    for (const { file, input, reason } of shelves.flatMap((name) => frozenOf(name))) {
      expect(file).toBe(`${createHash('sha1').update(input).digest('hex')}.bin`);
      expect(reason, file).toMatch(/^.{10,}$/);
    }
  });

  test.each(shelves)('%s: no frozen input breaks anything', async (target) => {
    const frozen = frozenOf(target);
    expect(frozen).not.toEqual([]);
    const { finding, progress } = await runFuzz(
      replayOf(target, ...frozen.map(({ input }) => input)),
    );
    expect(finding && [finding.violation, Buffer.from(finding.input).toString('base64')]).toBe(
      undefined,
    );
    expect(progress.executions).toBe(frozen.length);
  });
});
