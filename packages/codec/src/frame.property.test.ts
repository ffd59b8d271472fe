import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { runs } from '@covey/testkit';
import {
  bytesOf,
  bytesUpTo,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
  textUpTo,
} from './frame.ts';
import { fromHex, toHex } from './text-forms.ts';

const GRANTEE = frameOf({ device: bytesOf(2), account: textUpTo(8) });
const STATEMENT = frameOf({
  ordinal: NUMBER,
  kind: oneOf('open', 'closed'),
  grantees: listOf(GRANTEE, { most: 3, sorted: true }),
  before: optional(bytesUpTo(3)),
  bodies: listOf(bytesUpTo(5), { most: 2 }),
});
type Statement = FormValue<typeof STATEMENT>;

const grantees = fc
  .dictionary(fc.constantFrom('0a0b', '0a0c', 'ff00', '0000'), fc.constantFrom('', 'ann', '🚀é'), {
    maxKeys: 3,
  })
  .map((all) => Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)))
  .map((all) => all.map(([device, account]) => ({ device: fromHex(device), account })));
const statements: fc.Arbitrary<Statement> = fc.record({
  ordinal: fc.maxSafeNat(),
  kind: fc.constantFrom('open', 'closed'),
  grantees,
  before: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
  bodies: fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 2 }),
});

/** What reading comes to: the value, or that it is refused. Anything else is thrown on. */
function read(bytes: Uint8Array): Statement | 'refused' {
  try {
    return STATEMENT.decode(bytes);
  } catch (reason) {
    if (!CoveyError.is(reason, 'ENCODING_MALFORMED')) throw reason;
    return 'refused';
  }
}

describe('a frame', () => {
  test('a value that is written is read again', () => {
    expectTypeOf<Statement['grantees'][number]['account']>().toEqualTypeOf<string>();
    fc.assert(
      fc.property(statements, (value) => {
        expect(STATEMENT.decode(STATEMENT.encode(value))).toEqual(value);
      }),
      runs(300),
    );
  });

  test('there is one spelling: what is read is written the same, to the byte', () => {
    const changed = fc.tuple(statements, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = STATEMENT.encode(value);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 120 })), (bytes) => {
        const value = read(bytes);
        if (value === 'refused') return;
        accepted++;
        expect(toHex(STATEMENT.encode(value))).toBe(toHex(bytes));
      }),
      runs(3000),
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test('what is cut short or goes on is refused', () => {
    fc.assert(
      fc.property(statements, (value) => {
        const bytes = STATEMENT.encode(value);
        for (let length = 0; length < bytes.length; length++) {
          expect(read(bytes.subarray(0, length))).toBe('refused');
        }
        expect(read(Uint8Array.of(...bytes, 0))).toBe('refused');
      }),
      runs(50),
    );
  });
});

describe('what a frame doesn’t hold', () => {
  const value: Statement = {
    ordinal: 1,
    kind: 'open',
    grantees: [
      { device: fromHex('0001'), account: 'ann' },
      { device: fromHex('0002'), account: '' },
    ],
    before: undefined,
    bodies: [],
  };
  const grantee = (device: string) => ({ device: fromHex(device), account: '' });

  test.each([
    ['a number above 2^53 - 1', { ordinal: 2 ** 53 }],
    ['half a number', { ordinal: 0.5 }],
    ['a number below nothing', { ordinal: -1 }],
    ['a word that is unknown', { kind: 'ajar' as 'open' }],
    ['bytes of another length', { grantees: [{ device: fromHex('000102'), account: '' }] }],
    [
      'a text that is too long',
      { grantees: [{ device: fromHex('0001'), account: 'a'.repeat(9) }] },
    ],
    ['half a surrogate pair', { grantees: [{ device: fromHex('0001'), account: '\ud800' }] }],
    ['a list out of order', { grantees: [grantee('0002'), grantee('0001')] }],
    ['twice the same', { grantees: [grantee('0001'), grantee('0001')] }],
    ['too many of a list', { bodies: [fromHex(''), fromHex(''), fromHex('')] }],
    ['bytes that are too long', { before: fromHex('00010203') }],
  ])('%s', (_, lie) => {
    expect(() => STATEMENT.encode({ ...value, ...lie })).toThrow(
      expect.objectContaining({ code: 'ENCODING_MALFORMED' }),
    );
  });

  test.each([
    ['ordinal', '0000000800200000000000010000'],
    ['ordinal', '00000001ff'],
    ['kind', `${'0000000800000000000000010000'.slice(0, 24)}00000001ff`],
  ])('a reader is told of the field: %s', (field, hex) => {
    expect(() => STATEMENT.decode(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'ENCODING_MALFORMED', data: { field } }),
    );
  });

  test('the field of a frame inside a frame is named by its way', () => {
    const OUTER = frameOf({ inner: frameOf({ count: NUMBER }) });
    expect(() => OUTER.decode(fromHex('0000000500000001ff'))).toThrow(
      expect.objectContaining({ data: { field: 'inner.count' } }),
    );
  });
});
