import { utf8 } from '@covey/codec';
import { commitPayload, type GitObject, type Oid, oidOf, writeTree } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';

export const blob = (text: string): GitObject => ({ type: 'blob', bytes: utf8(text) });
export const oid = (object: GitObject): Oid => oidOf(object, nodeDigests);

/** A line of commits, oldest first: each has its own tree and file. */
export function history(length: number): {
  readonly commits: readonly Oid[];
  readonly objects: readonly GitObject[];
} {
  const commits: Oid[] = [];
  const objects: GitObject[] = [];
  for (let at = 0; at < length; at++) {
    const file = blob(`file ${at}\n${'lorem ipsum '.repeat(at % 50)}`);
    const tree: GitObject = {
      type: 'tree',
      bytes: writeTree([{ mode: '100644', name: `file-${at}`, oid: oid(file) }]),
    };
    const commit: GitObject = {
      type: 'commit',
      bytes: commitPayload({
        tree: oid(tree),
        parents: commits.slice(-1),
        person: { name: 'Alice', email: 'd'.repeat(64), time: 1_700_000_000 + at, zone: '+0000' },
        message: `{"body":"${at}"}`,
      }),
    };
    objects.push(file, tree, commit);
    commits.push(oid(commit));
  }
  return { commits, objects };
}
