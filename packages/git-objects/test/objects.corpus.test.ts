import { describe, expect, test } from 'vitest';
import { readCommit, readTree, readTreeLoosely } from '../src/index.ts';
import { fixtureList, suiteName } from './fixtures.ts';

interface ObjectRow {
  readonly id: string;
  readonly type: 'commit' | 'tree' | 'tag';
  readonly b64: string;
  readonly mustReject: boolean;
  readonly why: string;
}

/** The rows are written by the corpus' makers; their shape is as above. */
const rows = fixtureList('git-bad-objects', 'objects.jsonl') as readonly ObjectRow[];
const bytesOf = ({ b64 }: ObjectRow) => Uint8Array.from(Buffer.from(b64, 'base64'));

/** What every row of the corpus lacks on purpose: its commits are unsigned, by authors without device ids. */
const ALWAYS = new Set(['no signature', 'e-mail is not a device id']);
const defectsOf = (row: ObjectRow) =>
  readCommit(bytesOf(row)).defects.filter((defect) => !ALWAYS.has(defect));

describe.skipIf(rows.length === 0)(suiteName('SAFE-2: hostile objects', rows), () => {
  const commits = rows.filter(({ type }) => type === 'commit');
  const trees = rows.filter(({ type }) => type === 'tree');

  test.each(commits.filter(({ mustReject }) => mustReject))(
    'commit $id has a defect: $why',
    (row) => {
      expect(defectsOf(row)).not.toEqual([]);
    },
  );

  test.each(commits.filter(({ mustReject }) => !mustReject))('commit $id: $why', (row) => {
    // Git's own signature header is none of ours.
    const allowed = row.id.startsWith('ok-signed') ? ['header gpgsig is not known'] : [];
    expect(defectsOf(row)).toEqual(allowed);
  });

  test.each(trees.filter(({ mustReject }) => mustReject))('tree $id is refused: $why', (row) => {
    expect(() => readTree(bytesOf(row))).toThrow(
      expect.objectContaining({ code: 'GIT_OBJECT_MALFORMED' }),
    );
  });

  test.each(trees.filter(({ mustReject }) => !mustReject))('tree $id is read: $why', (row) => {
    const bytes = bytesOf(row);
    expect(readTreeLoosely(bytes)).toEqual({ entries: readTree(bytes), defects: [] });
  });
});
