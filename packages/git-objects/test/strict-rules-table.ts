import { utf8 } from '@covey/codec';
import {
  AUTHOR,
  commit,
  type Example,
  entry,
  lastHeader,
  names,
  type ObjectCheck,
  PARENT,
  pack,
  tree,
} from './object-check.ts';

/** What is refused here though git fsck lets it pass (security.md section 7.2). */
export const STRICT_RULES = [
  'header set and order',
  'one signature',
  'one spelling of the signature',
  'no carriage return',
  'no unknown header',
  'at most two parents',
  'parents distinct',
  'parents not null',
  'author is committer',
  'UTF-8',
  'no byte order mark',
  'no controls',
  'zone',
  'time',
  'body schema',
  'sizes',
  'depth',
  'modes',
  'names from the closed layout',
  'no empty subtree',
] as const;

const wide = Array.from({ length: 4000 }, (_, at) =>
  entry('100644', `file-${String(at).padStart(4, '0')}`),
);
const tooLarge = (type: number, name: string, most: number): Example =>
  pack(`a ${name} is too large`, type, utf8('x'), most + 1);

/** What becomes of each of them. */
export const STRICT_CHECKS: Readonly<Record<(typeof STRICT_RULES)[number], ObjectCheck>> = {
  'header set and order': {
    says: 'the headers are tree, parents, author, committer, signature, in this order',
    examples: [
      commit(
        'header parent is out of order',
        '\nsignature',
        `\nparent ${'4'.repeat(40)}\nsignature`,
      ),
      commit('header tree is out of order', 'tree ', `parent ${'4'.repeat(40)}\ntree `),
      commit('header tree stands twice', '\nparent 2', `\ntree ${'1'.repeat(40)}\nparent 2`),
      lastHeader('header committer stands twice', `committer ${AUTHOR}`),
      commit('no tree', 'tree ', 'Tree '),
      commit('no tree', 'tree ', 'tree\t'),
      commit('tree is not an id', 'tree ', 'tree  '),
    ],
  },
  'one signature': {
    says: 'there is exactly one',
    examples: [
      lastHeader('header signature stands twice', 'signature AAAA'),
      commit('no signature', 'signature c2lnbmF0dXJl\n', ''),
      commit('signature is empty', 'c2lnbmF0dXJl', ''),
    ],
  },
  'one spelling of the signature': {
    says: 'base64 on one line, padded, with zero bits left over',
    examples: ['c2lnbmF0dXI', 'c2lnbmF0dXJ=', 'c2lnbmF0dX==', 'c2ln bmF0', 'c2ln-_F0', ' c2ln'].map(
      (text) => commit('signature is not canonical base64', 'c2lnbmF0dXJl', text),
    ),
  },
  'no carriage return': {
    says: 'neither in a header nor in a message',
    examples: [
      commit('header has a control character', '\ncommitter', '\r\ncommitter'),
      commit('header has a control character', '\n\n', '\n\r\n'),
      commit('message has a control character', '"hi",', '"hi",\r\n'),
    ],
  },
  'no unknown header': {
    says: 'not even one that Git knows',
    examples: [
      lastHeader('header encoding is not known', 'encoding ISO-8859-1'),
      lastHeader('header mergetag is not known', `mergetag object ${PARENT}`),
      lastHeader('header x-other is not known', 'x-other'),
      commit('header HG:extra is not known', '\nsignature', '\nHG:extra a\nsignature'),
    ],
  },
  'at most two parents': {
    says: 'a commit has none, one or two',
    examples: [commit('three parents or more', '\nauthor', `\nparent ${'4'.repeat(40)}\nauthor`)],
  },
  'parents distinct': {
    says: 'no commit merges a commit with itself',
    examples: [commit('parent stands twice', '3'.repeat(40), PARENT)],
  },
  'parents not null': {
    says: 'neither parents nor tree are the null id',
    examples: [
      commit('parent is the null id', PARENT, '0'.repeat(40)),
      commit('tree is the null id', '1'.repeat(40), '0'.repeat(40)),
    ],
  },
  'author is committer': {
    says: 'byte for byte, the time too',
    examples: [
      commit('committer differs from author', 'committer Alice', 'committer Bob'),
      commit(
        'committer differs from author',
        `committer ${AUTHOR}`,
        `committer ${AUTHOR.replace('1700000000', '1700000001')}`,
      ),
    ],
  },
  'UTF-8': {
    says: 'in headers and message alike',
    examples: [
      commit('header is not UTF-8', 'Alice', Uint8Array.of(0x41, 0xe9)),
      commit('header is not UTF-8', 'Alice', Uint8Array.of(0xc1, 0x81)),
      commit('message is not UTF-8', 'hi', Uint8Array.of(0xed, 0xa0, 0x80)),
      commit('message is not UTF-8', 'hi', Uint8Array.of(0xf4, 0x90, 0x80, 0x80)),
    ],
  },
  'no byte order mark': {
    says: 'neither before the headers nor before the message, nor in a name',
    examples: [
      commit('no tree', 'tree ', '\ufefftree '),
      commit('author name has characters that do not show', 'Alice', '\ufeffAlice'),
      commit('message starts with a byte order mark', '{"body"', '\ufeff{"body"'),
    ],
  },
  'no controls': {
    says: 'none in a header, nor characters that hide or turn a name around; in a message no C0 control but tab and line feed',
    examples: [
      commit('header has a control character', 'Alice', 'Al\u0007ice'),
      commit('header has a control character', 'Alice', 'Al\u007fice'),
      commit('header has a control character', 'Alice', 'Al\tice'),
      commit('author name has characters that do not show', 'Alice', 'Al\u009bice'),
      commit('author name has characters that do not show', 'Alice', 'Al\u202eice'),
      commit('message has a control character', 'hi', '\u001b[2J'),
    ],
  },
  zone: {
    says: 'from -1200 to +1400',
    examples: ['+1401', '-1201', '+9999', '-1299'].map((zone) =>
      commit('time zone is out of range', '+0000', zone),
    ),
  },
  time: {
    says: 'from the year 1970 to 9999',
    examples: [
      commit('time is out of range', '1700000000', '253402300800'),
      commit('author line is malformed', '1700000000', '-1'),
    ],
  },
  'body schema': {
    says: 'the message is a JSON object of a known kind',
    elsewhere: {
      file: 'packages/conversation/src/kinds.test.ts',
      test: 'is neither of the protocol nor a MIME type',
    },
  },
  sizes: {
    says: 'commits, headers, trees, blobs and names have a largest size, and all a smallest',
    examples: [
      commit('commit is larger than 64 KiB', 'hi', 'h'.repeat(64 * 1024)),
      commit('header is larger than 8 KiB', 'Alice', 'A'.repeat(8 * 1024)),
      commit('message is empty', '{"body":"hi","type":"text/plain"}', ''),
      tooLarge(1, 'commit', 64 * 1024),
      tooLarge(2, 'tree', 1024 * 1024),
      tooLarge(3, 'blob', 256 * 1024),
      tree('the tree has too many entries', ...wide),
      tree('the tree is empty'),
    ],
  },
  depth: {
    says: 'trees are at most 6 deep',
    elsewhere: {
      file: 'packages/git-objects/src/diff-trees.test.ts',
      test: 'trees that are too deep are refused',
    },
  },
  modes: {
    says: 'files are 100644 and folders 40000, each in one spelling',
    examples: ['100755', '120000', '160000', '100664', '0100644', '040000'].map((mode) =>
      tree(`mode ${mode} is not allowed`, entry(mode, 'a')),
    ),
  },
  'names from the closed layout': {
    says: 'letters, digits, `.`, `_` and `-`; no name that Windows keeps for itself',
    examples: names(
      ...['a b', 'a\tb', 'caf\u00e9', 'cafe\u0301', 'a\u202eb', 'a:b', 'a~1', '%2e%2e', '-\u00ad'],
      ...[
        'con',
        'NUL',
        'com1',
        'lpt9.txt',
        'aux.crt',
        Uint8Array.of(0xff),
        Uint8Array.of(0xc0, 0xae),
      ],
    ),
  },
  'no empty subtree': {
    says: 'else one content had two ids',
    examples: [
      tree('a folder is empty', entry('40000', 'a', '4b825dc642cb6eb9a060e54bf8d69288fbee4904')),
    ],
  },
};
