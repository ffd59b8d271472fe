import { utf8 } from '@covey/codec';
import type { FsckId } from './fsck-ids.ts';
import {
  AUTHOR,
  commit,
  entry,
  lastHeader,
  names,
  type ObjectCheck,
  PARENT,
  pack,
  SOME_OID,
  tag,
  tree,
} from './object-check.ts';

const MALFORMED = 'author line is malformed';
const NO_TAGS = 'no tag is taken, whatever it says';
const NO_SUCH_FILE = 'no tree may name such a file: names neither start with a dot nor are links';

/** Ids about the refs of a repository can only be met in one's own, or in one that a person opens. */
const refs = (test: FsckId, says: string): ObjectCheck => ({
  says,
  elsewhere: { file: 'packages/git-store/test/refs.test.ts', test: `'${test}` },
});
const noTags = (from: string, to: string): ObjectCheck => ({
  says: NO_TAGS,
  examples: [tag(from, to)],
});
const noFile = (...list: readonly string[]): ObjectCheck => ({
  says: NO_SUCH_FILE,
  examples: names(...list),
});
const noLink = (name: string): ObjectCheck => ({
  says: NO_SUCH_FILE,
  examples: [
    tree('mode 120000 is not allowed', entry('120000', 'a')),
    ...names(name),
    tree('mode 120000 is not allowed', entry('120000', name)),
  ],
});

/** What becomes of each of Git's ids here. */
export const FSCK_CHECKS: Readonly<Record<FsckId, ObjectCheck>> = {
  nulInHeader: {
    says: 'no control character stands in a header',
    examples: [
      commit('header has a control character', 'Alice', 'Al\0ice'),
      commit('header has a control character', '\nsignature', '\0\nsignature'),
    ],
  },
  unterminatedHeader: {
    says: 'an empty line ends the headers',
    examples: [
      commit('no blank line after the headers', '\n\n{"body":"hi","type":"text/plain"}', '\n'),
      commit('no blank line after the headers', '\n\n{"body":"hi","type":"text/plain"}', ''),
    ],
  },
  badHeaderContinuation: {
    says: 'no header goes on in a second line',
    examples: [
      commit('continuation without a header', 'tree ', ' tree '),
      commit('signature is folded', 'c2lnbmF0', 'c2ln\n bmF0'),
    ],
  },
  badDate: {
    says: 'a time is a number in decimal',
    examples: [commit(MALFORMED, '1700000000', 'now'), commit(MALFORMED, '1700000000', '17e8')],
  },
  badDateOverflow: {
    says: 'no time is later than the year 9999',
    examples: [
      commit('time is out of range', '1700000000', '18446744073709551616'),
      commit('time is out of range', '1700000000', '9223372036854775808'),
      commit('time is out of range', '1700000000', '9007199254740993'),
    ],
  },
  badEmail: {
    says: 'an e-mail is a device id between one pair of angle brackets',
    examples: [commit(MALFORMED, 'Alice <', 'Alice <a<'), commit(MALFORMED, 'd> ', 'd>> ')],
  },
  badGpgsig: {
    says: 'signatures stand in the header `signature`; Git’s own is not known',
    examples: [
      lastHeader('header gpgsig is not known', 'gpgsig AAAA'),
      lastHeader('header gpgsig-sha256 is not known', 'gpgsig-sha256 AAAA'),
    ],
  },
  badHeadTarget: refs('badHeadTarget', 'a HEAD that leads to no ref counts for nothing'),
  badName: {
    says: 'no angle bracket stands in a name',
    examples: [commit(MALFORMED, 'Alice <', 'Alice> <'), commit(MALFORMED, 'Alice <', '> <')],
  },
  badObjectSha1: noTags(SOME_OID, 'HEAD'),
  badPackedRefEntry: refs('badPackedRefEntry', 'a line that cannot be read spoils the whole file'),
  badPackedRefHeader: refs('badPackedRefHeader', 'nothing is believed of the header'),
  badParentSha1: {
    says: 'a parent is 40 lower-case hex digits',
    examples: [
      commit('parent is not an id', PARENT, PARENT.slice(1)),
      commit('parent is not an id', PARENT, `${PARENT}2`),
      commit('parent is not an id', PARENT, 'A'.repeat(40)),
      commit('parent is not an id', PARENT, '2'.repeat(64)),
    ],
  },
  badReferentName: refs('badReferentName', 'a ref to such a name leads nowhere; no file is opened'),
  badRefContent: refs('badRefContent', 'the repository is not opened'),
  badRefFiletype: refs('badRefFiletype', 'what is no file is passed over'),
  badRefName: refs('badRefName', 'no name of a ref is ever made a path'),
  badRefOid: refs('badRefOid', 'the repository is not opened'),
  badTimezone: {
    says: 'a zone has a sign and four digits, and is one that clocks are set to',
    examples: [
      commit(MALFORMED, '+0000', '0000'),
      commit(MALFORMED, '+0000', '+000'),
      commit(MALFORMED, '+0000', '+00000'),
      commit(MALFORMED, '+0000', 'UTC'),
      commit('time zone is out of range', '+0000', '+0060'),
    ],
  },
  badTree: {
    says: 'a tree can be cut into entries',
    examples: [
      tree('an entry cannot be read', utf8('100644 a')),
      tree('an entry cannot be read', utf8('10064400 a')),
      tree('the tree is cut short', entry('100644', 'a').subarray(0, -1)),
      tree('a mode is not octal', entry('100648', 'a')),
      tree('a mode is not octal', entry('', 'a')),
    ],
  },
  badTreeSha1: {
    says: 'a tree is 40 lower-case hex digits',
    examples: [
      commit('tree is not an id', '1'.repeat(40), '1'.repeat(39)),
      commit('tree is not an id', '1'.repeat(40), 'A'.repeat(40)),
      commit('tree is not an id', '1'.repeat(40), '1'.repeat(64)),
    ],
  },
  badType: noTags('type commit', 'type branch'),
  duplicateEntries: {
    says: 'no name stands twice in a tree, also where case is folded',
    examples: [
      tree('a name stands twice', entry('100644', 'a'), entry('100644', 'a')),
      tree('a name stands twice', entry('100644', 'a'), entry('40000', 'a')),
      tree(
        'a name stands twice',
        entry('100644', 'a'),
        entry('100644', 'a.b'),
        entry('40000', 'a'),
      ),
      tree('a name stands twice', entry('100644', 'A'), entry('100644', 'a')),
    ],
  },
  gitattributesBlob: noFile('.gitattributes'),
  gitattributesLarge: noFile('.gitattributes'),
  gitattributesLineLength: noFile('.gitattributes'),
  gitattributesMissing: noFile('.gitattributes', '.GitAttributes', 'gitatt~1'),
  gitmodulesBlob: noFile('.gitmodules'),
  gitmodulesLarge: noFile('.gitmodules'),
  gitmodulesMissing: noFile('.gitmodules', '.GITMODULES', 'GITMOD~1', '.gitmodules:$DATA'),
  gitmodulesName: noFile('.gitmodules'),
  gitmodulesPath: {
    says: `${NO_SUCH_FILE}, and no other repository may stand in a tree`,
    examples: [
      ...names('.gitmodules'),
      tree('mode 160000 is not allowed', entry('160000', 'module')),
    ],
  },
  gitmodulesSymlink: noLink('.gitmodules'),
  gitmodulesUpdate: noFile('.gitmodules'),
  gitmodulesUrl: noFile('.gitmodules'),
  missingAuthor: { says: 'there is an author', examples: [commit('no author', 'author ', 'x ')] },
  missingCommitter: {
    says: 'there is a committer',
    examples: [commit('no committer', `committer ${AUTHOR}\n`, '')],
  },
  missingEmail: {
    says: 'author and committer have a device id',
    examples: [
      commit(MALFORMED, ` <${'d'.repeat(64)}>`, ''),
      commit(MALFORMED, `<${'d'.repeat(64)}>`, '<>'),
    ],
  },
  missingNameBeforeEmail: {
    says: 'author and committer have a name',
    examples: [commit(MALFORMED, 'Alice <', '<'), commit(MALFORMED, 'Alice <', ' <')],
  },
  missingObject: noTags(`object ${SOME_OID}\n`, ''),
  missingSpaceBeforeDate: {
    says: 'exactly one space stands before the time',
    examples: [commit(MALFORMED, 'd> 1', 'd>1'), commit(MALFORMED, 'd> 1', 'd>  1')],
  },
  missingSpaceBeforeEmail: {
    says: 'exactly one space stands before the e-mail',
    examples: [commit(MALFORMED, 'Alice <', 'Alice<'), commit(MALFORMED, 'Alice <', 'Alice  <')],
  },
  missingTag: noTags('tag v1\n', ''),
  missingTagEntry: noTags('tag v1', 'tag'),
  missingTree: {
    says: 'there is a tree',
    examples: [commit('no tree', `tree ${'1'.repeat(40)}\n`, '')],
  },
  missingType: noTags('type commit\n', ''),
  missingTypeEntry: noTags('type commit', 'type'),
  multipleAuthors: {
    says: 'there is one author',
    examples: [
      commit('header author stands twice', '\ncommitter', `\nauthor ${AUTHOR}\ncommitter`),
    ],
  },
  packedRefEntryNotTerminated: refs(
    'packedRefEntryNotTerminated',
    'such a file is not what was written',
  ),
  packedRefUnsorted: refs('packedRefUnsorted', 'nothing is believed of the order'),
  treeNotSorted: {
    says: 'a tree is in Git’s order, folders as if their names ended in a slash',
    examples: [
      tree('the entries are not in order', entry('100644', 'b'), entry('100644', 'a')),
      tree('the entries are not in order', entry('40000', 'a'), entry('100644', 'a.b')),
    ],
  },
  unknownType: {
    says: 'an object is a commit, a tree or a blob',
    examples: [
      pack('unknown object type', 0, utf8('x')),
      pack('unknown object type', 5, utf8('x')),
    ],
  },
  zeroPaddedDate: {
    says: 'no time starts with a zero',
    examples: [
      commit(MALFORMED, '1700000000', '01700000000'),
      commit(MALFORMED, '1700000000', '00'),
    ],
  },
  badReftableTableName: refs('badReftableTableName', 'repositories with reftables are not opened'),
  emptyName: { says: 'every entry has a name', examples: names('') },
  fullPathname: { says: 'no name has a slash', examples: names('a/b', '/a', '/', 'a/', 'a\\b') },
  hasDot: { says: 'no name starts with a dot', examples: names('.', '.a', '...') },
  hasDotdot: { says: 'no name starts or ends with a dot', examples: names('..', '..a', 'a.') },
  hasDotgit: {
    says: 'nor is one `.git` to a file system that folds or drops characters',
    examples: names(
      ...['.git', '.GIT', '.gIt', 'git~1', 'GIT~1', '.git.', '.git ', '.git::$INDEX_ALLOCATION'],
      ...['.g\u200cit', '.git\u200d', '\ufeff.git', '.git\\x', '.\u0131git', '.git\\config'],
    ),
  },
  largePathname: {
    says: 'names have at most 128 characters',
    examples: names('a'.repeat(129), 'a'.repeat(4097)),
  },
  nullSha1: {
    says: 'no id is the null id',
    examples: [
      tree('an entry is the null id', entry('100644', 'a', '0'.repeat(40))),
      tree('an entry is the null id', entry('40000', 'a', '0'.repeat(40))),
    ],
  },
  nulInCommit: {
    says: 'no control character but tab and line feed stands in a message',
    examples: [commit('message has a control character', 'hi', 'h\0i')],
  },
  zeroPaddedFilemode: {
    says: 'a mode has no leading zero',
    examples: [
      tree('mode 0100644 is not allowed', entry('0100644', 'a')),
      tree('mode 040000 is not allowed', entry('040000', 'a')),
    ],
  },
  badFilemode: {
    says: 'modes are 100644 and 40000',
    examples: ['100755', '100664', '100600', '120000', '160000', '0', '644', '140000'].map((mode) =>
      tree(`mode ${mode} is not allowed`, entry(mode, 'a')),
    ),
  },
  badTagName: noTags('v1', '../v1'),
  emptyPackedRefsFile: refs('emptyPackedRefsFile', 'there are no refs in it'),
  gitattributesSymlink: noLink('.gitattributes'),
  gitignoreSymlink: noLink('.gitignore'),
  gitmodulesParse: noFile('.gitmodules'),
  mailmapSymlink: noLink('.mailmap'),
  missingTaggerEntry: noTags(`tagger ${AUTHOR}\n`, ''),
  refMissingNewline: refs('refMissingNewline', 'the id is whole, and is taken'),
  symlinkRef: refs('symlinkRef', 'links are not followed'),
  symrefTargetIsNotARef: refs('symrefTargetIsNotARef', 'such a ref leads nowhere'),
  trailingRefContent: refs('trailingRefContent', 'the repository is not opened'),
  extraHeaderEntry: {
    says: 'no tag is taken, and no commit has a header that is not known',
    examples: [tag('\n\n', '\nextra 1\n\n'), lastHeader('header extra is not known', 'extra 1')],
  },
};
