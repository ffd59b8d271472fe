import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { commitPayload, readCommit, readTree, readTreeLoosely, writeTree } from '../src/index.ts';
import { rowsOf } from './corpus-rows.ts';

interface ObjectRow {
  readonly id: string;
  readonly type: 'commit' | 'tree' | 'tag';
  readonly b64: string;
  readonly mustReject: boolean;
  readonly why: string;
}

/** The rows are written by the corpus' makers; their shape is as above. */
const corpus = corpusNamed('git-bad-objects');
const rows = rowsOf(corpus, 'objects.jsonl') as readonly ObjectRow[];
const foreign = rowsOf(corpus, 'objects-sha256.jsonl') as readonly ObjectRow[];
const bytesOf = ({ b64 }: ObjectRow) => Uint8Array.from(Buffer.from(b64, 'base64'));

/** What every row of the corpus lacks on purpose: its commits are unsigned, by authors without device ids. */
const ALWAYS = new Set(['no signature', 'e-mail is not a device id']);
const defectsOf = (row: ObjectRow) =>
  readCommit(bytesOf(row)).defects.filter((defect) => !ALWAYS.has(defect));
const MALFORMED = expect.objectContaining({ code: 'GIT_OBJECT_MALFORMED' });

describe.skipIf(corpus.isAbsent)(`SAFE-2: hostile objects${corpus.note}`, () => {
  const commits = rows.filter(({ type }) => type === 'commit');
  const trees = rows.filter(({ type }) => type === 'tree');

  test.each(commits.filter(({ mustReject }) => mustReject))(
    'commit $id has a defect: $why',
    (row) => {
      expect(defectsOf(row)).not.toEqual([]);
    },
  );

  test.each(commits.filter(({ mustReject }) => !mustReject))(
    'commit $id is read, and written again byte for byte: $why',
    (row) => {
      const bytes = bytesOf(row);
      // Git's own signature header is none of ours.
      const isSigned = Buffer.from(bytes).includes('\ngpgsig ');
      expect(defectsOf(row)).toEqual(isSigned ? ['header gpgsig is not known'] : []);
      const { commit } = readCommit(bytes);
      const again = commit && commitPayload({ ...commit, person: commit.author });
      if (!isSigned) expect(again).toEqual(bytes);
    },
  );

  test.each(trees.filter(({ mustReject }) => mustReject))('tree $id is refused: $why', (row) => {
    expect(() => readTree(bytesOf(row))).toThrow(MALFORMED);
  });

  test.each(trees.filter(({ mustReject }) => !mustReject))(
    'tree $id is read, and written again byte for byte: $why',
    (row) => {
      const bytes = bytesOf(row);
      expect(readTreeLoosely(bytes)).toEqual({ entries: readTree(bytes), defects: [] });
      expect(writeTree(readTree(bytes))).toEqual(bytes);
    },
  );
});

describe.skipIf(corpus.isAbsent)(`SAFE-2: objects with ids of SHA-256${corpus.note}`, () => {
  test.each(foreign.filter(({ type }) => type === 'commit'))('commit $id is not ours', (row) => {
    expect(defectsOf(row)).not.toEqual([]);
  });

  test.each(foreign.filter(({ type }) => type === 'tree'))('tree $id is not ours', (row) => {
    expect(() => readTree(bytesOf(row))).toThrow(MALFORMED);
  });
});
