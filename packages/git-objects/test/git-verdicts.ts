import { concatBytes } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { type GitObject, type LooseTreeEntry, type Oid, writePack } from '../src/index.ts';
import { git } from './git.ts';
import { stored } from './stored.ts';

/** What git understood of a commit. */
export interface CommitByGit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly name: string;
  readonly email: string;
  readonly time: number;
  /** Hours and minutes as one decimal number: +0530 is 530, and there is no -0000. */
  readonly zone: number;
  readonly message: string;
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** Stands in no commit that we accept. */
const SEPARATOR = '\u0001';

/** Puts objects into a bare repository as one pack of ours, which git takes without judging what they say. */
export async function giveToGit(folder: string, objects: readonly GitObject[]): Promise<void> {
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: stored };
  for await (const part of writePack(objects, objects.length, options)) parts.push(part);
  const pack = concatBytes(...parts);
  const { status, stderr } = git(folder, ['-c', 'core.fsync=none', 'index-pack', '--stdin'], pack);
  if (status !== 0) throw new Error(`git index-pack: ${stderr}`);
}

/** The ids of all objects there, with type and size. */
export function objectsByGit(folder: string): readonly string[] {
  const format = '--batch-check=%(objectname) %(objecttype) %(objectsize)';
  return linesOf(git(folder, ['cat-file', '--batch-all-objects', '--unordered', format]).stdout);
}

/** Lines about no object by id; each comes with one that names it. */
const BESIDE =
  /^error: (?:bogus commit object|malformed mode in tree entry|too-short tree object|empty filename in tree entry|object [0-9a-f]{40} is a \w+, not a \w+)|^notice: /;
const VERDICTS: readonly RegExp[] = [
  /^(?:error|warning) in (?:commit|tree|blob) (?<oid>[0-9a-f]{40}): (?<what>\w+)/,
  /^error: (?<what>bad (?:parents?|tree pointer)).* in commit (?<oid>[0-9a-f]{40})$/,
  /^error: (?<oid>[0-9a-f]{40}): (?<what>object corrupt or missing)/,
];

/** All that git fsck has to say, by object id: errors and warnings alike. */
export function fsck(folder: string): ReadonlyMap<string, readonly string[]> {
  const args = ['fsck', '--full', '--strict', '--no-dangling', '--no-reflogs'];
  const { stdout, stderr } = git(folder, args);
  const verdicts = new Map<string, string[]>();
  for (const line of [...linesOf(stdout), ...stderr.split('\n').filter(Boolean)]) {
    if (BESIDE.test(line)) continue;
    const found = VERDICTS.map((form) => form.exec(line)).find((match) => match)?.groups;
    if (!found) throw new Error(`git fsck says something new: ${line}`);
    const { oid = '', what = '' } = found;
    verdicts.set(oid, [...(verdicts.get(oid) ?? []), what]);
  }
  return verdicts;
}

/** What git reads in commits without controls. */
export function commitsByGit(
  folder: string,
  oids: readonly Oid[],
): ReadonlyMap<string, CommitByGit> {
  const fields = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%cd', '%B'];
  const format = `--format=tformat:${fields.join('%x01')}`;
  const args = ['log', '--no-walk=unsorted', '--stdin', '-z', '--date=raw', format];
  const commits = new Map<string, CommitByGit>();
  const records = git(folder, args, oids.join('\n')).stdout.toString().split('\0').slice(0, -1);
  for (const record of records) {
    const [oid = '', tree = '', parents = '', ...rest] = record.split(SEPARATOR);
    const [name = '', email = '', date = '', ...others] = rest;
    const message = others.pop() ?? '';
    // The committer is the author in all that we accept; git must see that too.
    if (others.join() !== [name, email, date].join()) throw new Error(`two persons in ${oid}`);
    const [time = Number.NaN, zone = Number.NaN] = date.split(' ').map(Number);
    const list = parents === '' ? [] : parents.split(' ');
    commits.set(oid, { tree, parents: list, name, email, time, zone, message });
  }
  return commits;
}

const RAW_ENTRY = /^((?:[0-9a-f]{40} [0-9a-f]{40}\n)*):000000 0?([0-7]+) 0{40} ([0-9a-f]{40}) A$/;

/** The entries of trees, in git's order, by the walk that compares each with the empty tree. */
export function treesByGit(
  folder: string,
  oids: readonly Oid[],
): ReadonlyMap<string, readonly LooseTreeEntry[]> {
  const input = oids.map((oid) => `${EMPTY_TREE} ${oid}\n`).join('');
  const { stdout } = git(folder, ['diff-tree', '--stdin', '--no-renames', '-z'], input);
  const trees = new Map<string, LooseTreeEntry[]>(oids.map((oid) => [oid, []]));
  let tree = '';
  let entry: Omit<LooseTreeEntry, 'name'> | undefined;
  for (const field of stdout.toString().split('\0').slice(0, -1)) {
    if (entry) {
      trees.get(tree)?.push({ ...entry, name: field });
      entry = undefined;
      continue;
    }
    // A line of two ids starts a tree. Before the first entry there are several when trees are empty.
    const [, lines = '', mode = '', oid = ''] = RAW_ENTRY.exec(field) ?? [];
    if (lines !== '') tree = lines.slice(-41, -1);
    entry = { mode, oid: oid as Oid }; // 40 digits by the expression
  }
  return trees;
}

function linesOf(output: Buffer): readonly string[] {
  return output.toString().split('\n').filter(Boolean);
}
