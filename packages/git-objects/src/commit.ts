import { concatBytes, fromBase64, utf8, utf8Text } from '@covey/codec';
import { invariant } from '@covey/errors';
import { type CommitHeader, splitHeaders } from './commit-headers.ts';
import { isOid, NULL_OID, type Oid } from './oid.ts';
import { type Person, readPerson, writePerson } from './person.ts';

/** A commit, as far as it could be understood. Whether its form is right is told by the defects beside it. */
export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Person;
  readonly committer: Person;
  /** Base64 text of the `signature` header. */
  readonly signature?: string;
  readonly message: string;
  /** The signed bytes: the whole object without the `signature` header line. Made anew each time: most are needed once. */
  readonly payload: Uint8Array;
}

/** What {@link readCommit} makes of some bytes. */
export interface ReadCommit {
  readonly commit?: Commit;
  readonly defects: readonly string[];
}

/** Greater commits are refused for ever, not only today (security.md section 7.2). */
const MAX_COMMIT_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_DEFECTS = 32;

/** The headers of a commit in their only order. */
const ORDER: readonly string[] = ['tree', 'parent', 'author', 'committer', 'signature'];
const REPEATABLE = 'parent';

/**
 * Reads a commit by the strict grammar of the protocol (authority.md rule 1): headers exactly `tree`, at most two
 * `parent`, `author`, an equal `committer`, `signature`; one blank line; a message. Every departure is one short
 * text in `defects`, whose first words are constant. `commit` is filled as well as possible all the same (a folded
 * signature is joined, unknown headers stay in the payload, all parents of an octopus are listed); it is missing
 * only when tree, parents or author cannot be understood. A commit without defects has one spelling:
 * writing it again gives the same bytes. What the message means is not judged here.
 */
export function readCommit(bytes: Uint8Array): ReadCommit {
  const defects: string[] = [];
  const note = (defect: string) => {
    if (defects.length < MAX_DEFECTS && !defects.includes(defect)) defects.push(defect);
  };
  const { headers, bodyAt } = splitHeaders(bytes, note);
  if (bytes.length > MAX_COMMIT_BYTES) note('commit is larger than 64 KiB');
  if (bodyAt > MAX_HEADER_BYTES) note('header is larger than 8 KiB');
  checkOrder(headers, note);

  const tree = readOids(headers, 'tree', note)?.[0];
  const parents = readOids(headers, 'parent', note);
  checkParents(parents ?? [], note);
  const authorLine = firstValue(headers, 'author');
  const author = authorLine === undefined ? undefined : readPerson(authorLine, note);
  const signature = headers.find(({ name }) => name === 'signature');
  checkSignature(signature, note);
  const message = readMessage(bytes.subarray(bodyAt), note);
  const committer = readCommitter(firstValue(headers, 'committer'), authorLine, author, note);

  if (!tree || !parents || !author || !committer) return { defects };
  return {
    commit: {
      ...{ tree, parents, author, committer, message },
      ...(signature && { signature: signature.value }),
      get payload() {
        if (!signature) return bytes;
        return concatBytes(bytes.subarray(0, signature.start), bytes.subarray(signature.end));
      },
    },
    defects,
  };
}

/** The bytes that a new commit's signature covers. */
export function commitPayload(parts: {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly person: Person;
  readonly message: string;
}): Uint8Array {
  const person = writePerson(parts.person);
  return utf8(
    [
      `tree ${parts.tree}`,
      ...parts.parents.map((parent) => `parent ${parent}`),
      `author ${person}`,
      `committer ${person}`,
      '',
      parts.message,
    ].join('\n'),
  );
}

/** A commit object: the payload with the `signature` header after its last header, where libgit2 puts it too. */
export function signedCommit(payload: Uint8Array, signatureBase64: string): Uint8Array {
  invariant(/^[A-Za-z0-9+/]+={0,2}$/.test(signatureBase64), 'a signature is one line of base64');
  const { bodyAt } = splitHeaders(payload, () => {});
  const header = utf8(`signature ${signatureBase64}\n`);
  return concatBytes(payload.subarray(0, bodyAt - 1), header, payload.subarray(bodyAt - 1));
}

type Note = (defect: string) => void;

function checkOrder(headers: readonly CommitHeader[], note: Note): void {
  const seen = new Set<string>();
  let rank = 0;
  for (const { name, folded } of headers) {
    const place = ORDER.indexOf(name);
    if (place < 0) {
      note(`header ${printable(name)} is not known`);
      continue;
    }
    if (place < rank) note(`header ${name} is out of order`);
    if (seen.has(name) && name !== REPEATABLE) note(`header ${name} stands twice`);
    if (folded) note(`${name} is folded`);
    seen.add(name);
    rank = Math.max(rank, place);
  }
  for (const name of ORDER) {
    if (name !== REPEATABLE && !seen.has(name)) note(`no ${name}`);
  }
}

function firstValue(headers: readonly CommitHeader[], name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}

/** `undefined` when one of them is no id at all. */
function readOids(headers: readonly CommitHeader[], name: string, note: Note): Oid[] | undefined {
  const oids: Oid[] = [];
  for (const { value } of headers.filter((header) => header.name === name)) {
    if (!isOid(value)) {
      note(`${name} is not an id`);
      return undefined;
    }
    if (value === NULL_OID) note(`${name} is the null id`);
    oids.push(value);
  }
  return oids;
}

function checkParents(parents: readonly Oid[], note: Note): void {
  if (parents.length > 2) note('three parents or more');
  if (parents.some((parent, at) => parents.indexOf(parent) < at)) note('parent stands twice');
}

function checkSignature(header: CommitHeader | undefined, note: Note): void {
  if (!header) return;
  try {
    if (fromBase64(header.value).length === 0) note('signature is empty');
  } catch {
    // The only failure of `fromBase64`: not the one spelling. A verdict, not an error of ours.
    note('signature is not canonical base64');
  }
}

function readCommitter(
  line: string | undefined,
  authorLine: string | undefined,
  author: Person | undefined,
  note: Note,
): Person | undefined {
  if (line === undefined || authorLine === undefined || line === authorLine) return author;
  note('committer differs from author');
  return readPerson(line, () => {}) ?? author;
}

const loose = new TextDecoder('utf-8', { ignoreBOM: true });

function readMessage(bytes: Uint8Array, note: Note): string {
  if (bytes.length === 0) note('message is empty');
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    // The only failure of `utf8Text`. Lenient readers still want to see the rest.
    note('message is not UTF-8');
    text = loose.decode(bytes);
  }
  if (text.startsWith('\ufeff')) note('message starts with a byte order mark');
  if (/[\u0000-\u0008\u000b-\u001f]/.test(text)) note('message has a control character');
  return text;
}

function printable(name: string): string {
  return name.replace(/[^!-~]/g, '?').slice(0, 32);
}
