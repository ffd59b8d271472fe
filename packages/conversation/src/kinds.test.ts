import { describe, expect, test } from 'vitest';
import { COMMIT_KINDS } from './index.ts';
import { readContent } from './kinds.ts';

const oid = 'ab'.repeat(20);
const uri = 'cd'.repeat(20);

describe('the kind of a commit is found from its message and its number of parents', () => {
  test.each([
    ['initial', { mode: 2, type: 'initial' }],
    ['text', { body: 'hi', type: 'text/plain' }],
    ['reply', { body: 'hi', 'reply-to': oid, type: 'text/plain' }],
    ['reaction', { body: '+', 'react-to': oid, type: 'text/plain' }],
    ['edit', { body: 'ho', edit: oid, type: 'text/plain' }],
    ['edit', { body: 'ho', edit: oid, type: 'application/edited-message' }],
    ['call', { duration: '1', to: uri, type: 'application/call-history+json' }],
    ['file', { tid: '1', type: 'application/data-transfer+json' }],
    ['profile', { type: 'application/update-profile' }],
    ['vote', { action: 'ban', type: 'vote', uri }],
    ['add', { action: 'add', type: 'member', uri }],
    ['join', { action: 'join', type: 'member', uri }],
    ['leave', { action: 'remove', type: 'member', uri }],
    ['ban', { action: 'ban', type: 'member', uri }],
    ['unban', { action: 'unban', type: 'member', uri }],
    ['promote', { action: 'promote', type: 'member', uri }],
    ['demote', { action: 'demote', type: 'member', uri }],
    ['unknown', { type: 'application/poll+json' }],
  ])('MSG-7: %s is %j', (kind, fields) => {
    const content = readContent(JSON.stringify(fields), 1);
    expect(content).toMatchObject({ kind, type: fields.type });
    expect(content).not.toHaveProperty('defect');
    expect(COMMIT_KINDS).toContain(kind);
  });

  test('MSG-9: two parents make a merge, whatever the message says', () => {
    expect(readContent('{"mode":2,"type":"initial"}', 2)).toMatchObject({ kind: 'merge' });
    expect(readContent('Merge commit', 3)).toMatchObject({ kind: 'merge', type: 'merge' });
  });

  test.each([
    ['not-json', 'hello'],
    ['not-json', ''],
    ['not-json', '{"type":"text/plain","type":"vote"}'],
    ['not-an-object', '"text/plain"'],
    ['not-an-object', 'null'],
    ['not-an-object', '[{"type":"text/plain"}]'],
    ['type', '{}'],
    ['type', '{"type":7}'],
    ['type', '{"type":""}'],
    ['type', '{"type":"text"}'],
    ['type', '{"type":"text/"}'],
    ['type', '{"type":"member"}'],
    ['type', '{"type":"member","action":"own"}'],
  ])('MSG-10: %s: %s is neither of the protocol nor a MIME type', (what, message) => {
    expect(readContent(message, 1)).toMatchObject({ kind: 'unknown', defect: { what } });
  });

  test('of a type that is none no more than the beginning is quoted', () => {
    const type = `text\u{1f600}${'\u{1f600}'.repeat(1000)}`;
    const { defect } = readContent(JSON.stringify({ type }), 1);
    expect(defect?.found).toMatch(/^type text.*…$/u);
    expect(defect?.found.length).toBeLessThan(100);
    expect(defect?.found.isWellFormed()).toBe(true);
  });

  test.each([
    ['key __proto__', '{"type":"text/plain","\\u005f_proto__":{}}'],
    ['key constructor', '{"a":[{"constructor":1}],"type":"a/b"}'],
    ['NUL in a text', '{"body":"a\\u0000b","type":"text/plain"}'],
    ['NUL in a text', '{"a":[["\\u0000"]],"type":"a/b"}'],
    ['NUL in a text', '{"a\\u0000":1,"type":"a/b"}'],
  ])('SAFE-2: %s: %s could be read as two things, and is read as none', (found, message) => {
    const defect = { what: 'not-json', found };
    expect(readContent(message, 1)).toMatchObject({ kind: 'unknown', fields: {}, defect });
  });

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
    'SAFE-2: a stranger who names a type or an action %s gets a verdict and no crash',
    (name) => {
      const unknown = { kind: 'unknown', defect: { what: 'type' } };
      expect(readContent(`{"type":"${name}"}`, 1)).toMatchObject(unknown);
      expect(readContent(`{"type":"member","action":"${name}"}`, 1)).toMatchObject(unknown);
    },
  );
});
