import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { NULL_OID, type Oid, oidBytes, oidFromBytes } from './oid.ts';

/** One line of a tree that a conversation may hold: a file or a folder. */
export interface TreeEntry {
  readonly mode: '100644' | '40000';
  readonly name: string;
  readonly oid: Oid;
}

/** One line of anybody's tree. */
export interface LooseTreeEntry {
  /** Octal digits as they stand. */
  readonly mode: string;
  readonly name: string;
  readonly oid: Oid;
}

/** Wider trees make a pack costly to judge (security.md section 6; its corpus refuses 4 000 entries). */
const MAX_ENTRIES = 3999;
/** SHA-1 of no entries. Git never writes it below a root: the same content would have two ids. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/**
 * The characters of every path that the layout knows. All else (`..`, `.git` in the spellings that HFS and NTFS
 * fold, back slashes, controls, two normal forms of one name) falls with them.
 */
const NAME = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$/;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/**
 * Reads a tree by the strict rules: only files (100644) and folders (40000), at least one, fewer than 4 000, in Git's
 * order, unique (also for file systems that fold case), names of `[A-Za-z0-9._-]{1,128}` that start and end with
 * no dot.
 * @throws {CoveyError} GIT_OBJECT_MALFORMED with `data.defect`
 */
export function readTree(bytes: Uint8Array): readonly TreeEntry[] {
  const entries = parseEntries(bytes);
  for (const defect of defectsOf(entries)) throw malformed(defect);
  // No defect: only the two modes are left.
  return entries.map(({ mode, name, oid }) => ({ mode: mode as TreeEntry['mode'], name, oid }));
}

/**
 * The tree of a commit, which is empty when the last one has left; below it no tree is.
 * @throws {CoveyError} as {@link readTree}
 */
export function readRootTree(bytes: Uint8Array): readonly TreeEntry[] {
  return bytes.length === 0 ? [] : readTree(bytes);
}

/**
 * Reads the tree of a history that others wrote. Any mode and name is understood; `defects` says what
 * {@link readTree} would refuse, each defect once.
 * @throws {CoveyError} GIT_OBJECT_MALFORMED with `data.defect`, only when the bytes cannot be cut into entries
 */
export function readTreeLoosely(bytes: Uint8Array): {
  readonly entries: readonly LooseTreeEntry[];
  readonly defects: readonly string[];
} {
  const entries = parseEntries(bytes);
  return {
    entries: entries.map(({ mode, name, oid }) => ({ mode, name, oid })),
    defects: [...new Set(defectsOf(entries))],
  };
}

/** The bytes of a tree. The entries may come in any order; the names must be unique. */
export function writeTree(entries: readonly TreeEntry[]): Uint8Array {
  const lines = entries.map(({ mode, name, oid }) => {
    const head = utf8(`${mode} ${name}\0`);
    return { mode, rawName: head.subarray(mode.length + 1, -1), head, oid };
  });
  lines.sort(inGitOrder);
  return concatBytes(...lines.flatMap(({ head, oid }) => [head, oidBytes(oid)]));
}

interface RawEntry extends LooseTreeEntry {
  readonly rawName: Uint8Array;
}

const SPACE = 0x20;
const loose = new TextDecoder('utf-8', { ignoreBOM: true });

function parseEntries(bytes: Uint8Array): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(SPACE, at);
    const nul = bytes.indexOf(0, at);
    // A mode has at most 7 digits; looking further would let one entry cost the whole tree again and again.
    if (space < 0 || space - at > 7 || nul < space) throw malformed('an entry cannot be read');
    const mode = loose.decode(bytes.subarray(at, space));
    if (!/^[0-7]+$/.test(mode)) throw malformed('a mode is not octal');
    if (bytes.length - nul - 1 < 20) throw malformed('the tree is cut short');
    const rawName = bytes.subarray(space + 1, nul);
    const oid = oidFromBytes(bytes.subarray(nul + 1, nul + 21));
    entries.push({ mode, name: loose.decode(rawName), oid, rawName });
    at = nul + 21;
  }
  return entries;
}

/** What the strict rules refuse: short texts, constant but for the mode. */
function* defectsOf(entries: readonly RawEntry[]): Generator<string> {
  if (entries.length === 0) yield 'the tree is empty';
  if (entries.length > MAX_ENTRIES) yield 'the tree has too many entries';
  const names = new Set<string>();
  let previous: RawEntry | undefined;
  for (const entry of entries) {
    const { mode, name, oid } = entry;
    if (mode !== '100644' && mode !== '40000') yield `mode ${mode} is not allowed`;
    if (!isEntryName(name)) yield 'a name is not allowed';
    if (oid === NULL_OID) yield 'an entry is the null id';
    if (oid === EMPTY_TREE && mode === '40000') yield 'a folder is empty';
    const folded = name.toLowerCase();
    if (names.has(folded)) yield 'a name stands twice';
    names.add(folded);
    if (previous && inGitOrder(previous, entry) >= 0) yield 'the entries are not in order';
    previous = entry;
  }
}

/** Tells whether a name can stand in a tree of ours. */
export function isEntryName(name: string): boolean {
  return NAME.test(name) && !WINDOWS_DEVICE.test(name.toLowerCase());
}

/** Git orders a folder as if its name ended in a slash (git: base_name_compare). */
function inGitOrder(a: NamedInTree, b: NamedInTree): number {
  const shared = Math.min(a.rawName.length, b.rawName.length);
  for (let at = 0; at < shared; at++) {
    const difference = a.rawName[at]! - b.rawName[at]!; // both are longer than `at`
    if (difference !== 0) return difference;
  }
  // What follows what they share: for one of them, or both, what stands for the end.
  return byteAt(a, shared) - byteAt(b, shared) || a.rawName.length - b.rawName.length;
}

type NamedInTree = Pick<RawEntry, 'mode' | 'rawName'>;

const SLASH = 0x2f;

function byteAt({ mode, rawName }: NamedInTree, at: number): number {
  return rawName[at] ?? (/^0*40000$/.test(mode) ? SLASH : 0);
}

function malformed(defect: string): CoveyError {
  return new CoveyError('GIT_OBJECT_MALFORMED', `not a tree: ${defect}`, { data: { defect } });
}
