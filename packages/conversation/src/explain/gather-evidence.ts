import { CoveyError } from '@covey/errors';
import { type GitObject, type ObjectReader, type Oid, readTree } from '@covey/git-objects';
import { type Entry, exclusive } from '../entry.ts';
import type { History } from '../history.ts';
import { devicePath } from '../layout.ts';
import { mustRead } from '../papers.ts';
import { writeEvidence } from './evidence-file.ts';
import { judgeEvidence } from './judge-evidence.ts';

/**
 * Two commits of one account as a file that others judge without anything else: the commits of both sides down to
 * where they are common, which prove that neither is an ancestor of the other, and the papers of who signed.
 * @throws {CoveyError} EVIDENCE_UNPROVEN when these two contradict nothing; OBJECT_MISSING
 */
export async function gatherEvidence(
  pair: readonly [Oid, Oid],
  history: History,
  reader: ObjectReader,
): Promise<string> {
  const [first, second] = [...pair].sort().map((oid) => history.entry(oid));
  if (!first || !second)
    throw new CoveyError('EVIDENCE_UNPROVEN', 'one of the commits is not here');
  const objects = new Map<Oid, GitObject>();
  for (const { oid } of downToCommon(first, second)) {
    objects.set(oid, await mustRead(oid, 'commit', reader));
  }
  for (const entry of [first, second]) {
    const { parents, content, uri, device } = entry;
    // A leave takes its papers away: they are looked up where they last were.
    const holder = content.kind === 'leave' ? (parents[0] ?? entry) : entry;
    objects.set(holder.oid, await mustRead(holder.oid, 'commit', reader));
    const state = await history.papers.state(holder.tree, reader);
    const paths = [devicePath(device), state.chainPath(uri) ?? ''];
    for (const path of paths) await addPath(path, holder.tree, objects, reader);
  }
  const [one, other] = [first.oid, second.oid];
  const text = writeEvidence({ account: first.uri, one, other, objects });
  // What others would refuse is not handed out.
  await judgeEvidence(text, history.papers.crypto);
  return text;
}

/** All ancestors of the two that are higher than the lowest common one at which their own sides end. */
function downToCommon(one: Entry, other: Entry): readonly Entry[] {
  const apart = [...exclusive([one], [other]), ...exclusive([other], [one])];
  const among = new Set(apart);
  const below = apart.flatMap(({ parents }) => parents.filter((parent) => !among.has(parent)));
  const lowest = Math.min(...below.map(({ height }) => height));
  const found = new Set<Entry>();
  const open = [one, other];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (found.has(entry) || (entry.height <= lowest && !among.has(entry))) continue;
    found.add(entry);
    open.push(...entry.parents);
  }
  return [...found];
}

/** The trees on the way to a file, and the file. */
async function addPath(
  path: string,
  root: Oid,
  objects: Map<Oid, GitObject>,
  reader: ObjectReader,
): Promise<void> {
  let oid = root;
  for (const name of path.split('/')) {
    const tree = await mustRead(oid, 'tree', reader);
    objects.set(oid, tree);
    const next = readTree(tree.bytes).find((entry) => entry.name === name)?.oid;
    if (next === undefined) throw new CoveyError('OBJECT_MISSING', `no ${path}`);
    oid = next;
  }
  objects.set(oid, await mustRead(oid, 'blob', reader));
}
