import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { cleanName, commitPayload, parseOid, readCommit, signedCommit } from './index.ts';

const TREE = parseOid('1'.repeat(40));
const PARENTS = [parseOid('2'.repeat(40)), parseOid('3'.repeat(40))];
const DEVICE = 'd'.repeat(64);
const person = { name: 'Alice', email: DEVICE, time: 1_700_000_000, zone: '+0000' };
const payload = commitPayload({ tree: TREE, parents: PARENTS, person, message: '{"body":"hi"}' });
const SIGNATURE = 'c2lnbmF0dXJl';
const good = new TextDecoder().decode(signedCommit(payload, SIGNATURE));

test('a commit without defects tells what was written', () => {
  expect(readCommit(utf8(good))).toEqual({
    commit: {
      tree: TREE,
      parents: PARENTS,
      author: person,
      committer: person,
      signature: SIGNATURE,
      message: '{"body":"hi"}',
      payload,
    },
    defects: [],
  });
});

describe('a departure from the one form is a defect, and the rest is still read', () => {
  const author = `author Alice <${DEVICE}> 1700000000 +0000\n`;
  test.each<[defect: string, from: string, to: string]>([
    ['no signature', `signature ${SIGNATURE}\n`, ''],
    ['signature is folded', SIGNATURE, 'c2lnbmF0\n dXJl'],
    ['signature is not canonical base64', SIGNATURE, 'c2lnbmF0dXJ=='],
    ['signature is not canonical base64', SIGNATURE, `${SIGNATURE} `],
    ['signature is empty', ` ${SIGNATURE}`, ' '],
    ['header signature stands twice', '\n\n', '\nsignature AAAA\n\n'],
    ['header gpgsig is not known', '\n\n', '\ngpgsig AAAA\n\n'],
    ['header encoding is not known', 'signature', 'encoding UTF-16\nsignature'],
    ['header parent is out of order', '\n\n', `\nparent ${'4'.repeat(40)}\n\n`],
    ['three parents or more', '\nauthor', `\nparent ${'4'.repeat(40)}\nauthor`],
    ['parent stands twice', '3'.repeat(40), '2'.repeat(40)],
    ['parent is the null id', '3'.repeat(40), '0'.repeat(40)],
    ['tree is the null id', '1'.repeat(40), '0'.repeat(40)],
    ['committer differs from author', 'committer Alice', 'committer Bob'],
    ['no committer', 'committer Alice', 'copyist Alice'],
    ['header author stands twice', author, author + author],
    ['author line is malformed', 'author Alice <', 'author Alice  <'],
    ['author line is malformed', 'author Alice <', 'author <'],
    ['author name has characters that do not show', 'author Alice', 'author Ali\u202ece'],
    ['e-mail is not a device id', DEVICE, 'D'.repeat(64)],
    ['time is out of range', '1700000000', '253402300800'],
    ['author line is malformed', '1700000000', '01700000000'],
    ['time zone is out of range', '+0000', '+1401'],
    ['time zone is out of range', '+0000', '-1201'],
    ['time zone is out of range', '+0000', '+0060'],
    ['header has a control character', '\ncommitter', '\r\ncommitter'],
    ['message is empty', '{"body":"hi"}', ''],
    ['message starts with a byte order mark', '{"body"', '\ufeff{"body"'],
    ['message has a control character', 'hi', 'h\0i'],
    ['commit is larger than 64 KiB', 'hi', 'hi'.repeat(40_000)],
    ['header is larger than 8 KiB', 'Alice', 'Alice'.repeat(2000)],
  ])('%s', (defect, from, to) => {
    expect(good).toContain(from);
    const { commit, defects } = readCommit(utf8(good.replace(from, to)));
    expect(defects).toContain(defect);
    expect(commit).toBeDefined();
  });

  test('a folded signature is joined, and cut out of the payload as a whole', () => {
    const { commit } = readCommit(utf8(good.replace(SIGNATURE, 'c2lnbmF0\n dXJl')));
    expect(commit?.signature).toBe(SIGNATURE);
    expect(commit?.payload).toEqual(payload);
  });

  test('unknown headers stay in the payload', () => {
    const { commit } = readCommit(utf8(good.replace('signature', 'x-other 1\nsignature')));
    expect(new TextDecoder().decode(commit?.payload)).toContain('\nx-other 1\n\n');
  });

  test.each([
    ['no tree', `tree ${TREE}\n`, ''],
    ['tree is not an id', '1'.repeat(40), 'A'.repeat(40)],
    ['parent is not an id', '2'.repeat(40), '2'.repeat(39)],
    ['no author', 'author Alice', 'author-of Alice'],
  ])('%s: then there is no commit to speak of', (defect, from, to) => {
    const { commit, defects } = readCommit(utf8(good.replace(from, to)));
    expect(commit).toBeUndefined();
    expect(defects).toContain(defect);
  });
});

test.each([
  ['  Alice, ', 'Alice'],
  ['<script>', 'script'],
  ['a\nb\u0000c', 'abc'],
  ['"\'\\', 'fallback'],
  ['', 'fallback'],
  ['\u202eevil\u200b', 'evil'],
  ['Zoë 🦊', 'Zoë 🦊'],
  ['\ud800x', '\ufffdx'],
  ['x'.repeat(1000), 'x'.repeat(128)],
])('the name %j becomes %j in an author line', (displayName, name) => {
  expect(cleanName(displayName, 'fallback')).toBe(name);
});
