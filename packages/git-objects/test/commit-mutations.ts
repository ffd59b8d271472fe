import { utf8 } from '@covey/codec';
import { Chance } from './chance.ts';

/** Changes one thing about the text of a valid commit. */
export type CommitMutation = (commit: string, chance: Chance) => string | Uint8Array;

const PERSONS: readonly string[] = ['author', 'committer'];

/** Changes the line of the author and of the committer alike; now and then only one of them. */
function inPersons(from: RegExp, to: (found: string, chance: Chance) => string): CommitMutation {
  return (commit, chance) => {
    const names = chance.isOneIn(4) ? [chance.pick(['author', 'committer'])] : PERSONS;
    const draw = chance.between(0, 2 ** 31);
    return names.reduce(
      (text, name) =>
        text.replace(new RegExp(`^${name} .*$`, 'm'), (line) =>
          // The same draw for both lines: else they would differ, which is another mutation.
          line.replace(from, (found) => to(found, new Chance(draw))),
        ),
      commit,
    );
  };
}

const NAME = /(?<=^(?:author|committer) )[^<]*(?= <)/;
const EMAIL = /(?<=<)[^>]*(?=>)/;
const TIME = /(?<=> )[0-9]+(?= [+-][0-9]{4}$)/;
const ZONE = /[+-][0-9]{4}$/;

/** Puts a piece somewhere into what `place` finds. */
function inserted(place: RegExp, pieces: readonly string[]): CommitMutation {
  return inPersons(place, (found, chance) => {
    const at = chance.between(0, found.length);
    return found.slice(0, at) + chance.pick(pieces) + found.slice(at);
  });
}

function header(name: string, to: (line: string, chance: Chance) => string): CommitMutation {
  const line = new RegExp(`^${name}(?: .*)?\\n`, 'm');
  return (commit, chance) => commit.replace(line, (found) => to(found, chance));
}

/** Works on the list of header lines. */
function lines(to: (headers: readonly string[], chance: Chance) => readonly string[]) {
  return (commit: string, chance: Chance): string => {
    const end = commit.indexOf('\n\n');
    const changed = to(commit.slice(0, end).split('\n'), chance);
    return changed.map((line) => `${line}\n`).join('') + commit.slice(end + 1);
  };
}

function addedHeader(header: string): CommitMutation {
  return lines((headers, chance) => {
    return headers.toSpliced(chance.between(0, headers.length), 0, header);
  });
}

function bodyOf(commit: string): string {
  return commit.slice(commit.indexOf('\n\n') + 2);
}

function withBody(commit: string, body: string): string {
  return commit.slice(0, commit.indexOf('\n\n') + 2) + body;
}

/** Hidden, turned around, or not text at all. */
const UNSEEN = ['\u202e', '\u200b', '\ufeff', '\u00ad', '\u2066', '\u{e0041}'];
const CONTROLS = ['\u0001', '\u001b', '\r', '\t', '\u007f', '\u0008'];
const SIGNATURE = /(?<=\nsignature )[^\n]*/;

/** One step away from a valid commit each, by name. */
export const COMMIT_MUTATIONS: Readonly<Record<string, CommitMutation>> = {
  'headers swapped': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 2);
    return headers.toSpliced(at, 2, headers[at + 1]!, headers[at]!); // both are in the list
  }),
  'headers shuffled': lines((headers, chance) => chance.shuffled(headers)),
  'header left out': lines((headers, chance) =>
    headers.toSpliced(chance.between(0, headers.length - 1), 1),
  ),
  'header twice': lines((headers, chance) =>
    headers.toSpliced(chance.between(0, headers.length), 0, chance.pick(headers)),
  ),
  'header in upper case': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 1);
    return headers.with(
      at,
      headers[at]!.replace(/^[a-z]/, (first) => first.toUpperCase()),
    );
  }),
  'header parted by a tab': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 1);
    return headers.with(at, headers[at]!.replace(' ', '\t'));
  }),
  'header with two spaces': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 1);
    return headers.with(at, headers[at]!.replace(' ', '  '));
  }),
  'header with a space at its end': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 1);
    return headers.with(at, `${headers[at]} `);
  }),
  'header with a carriage return': lines((headers, chance) => {
    const at = chance.between(0, headers.length - 1);
    return headers.with(at, `${headers[at]}\r`);
  }),
  'all lines with carriage returns': (commit) => commit.replaceAll('\n', '\r\n'),
  'unknown header': addedHeader('x-other 1'),
  'header without a value': addedHeader('x-other'),
  'encoding header': addedHeader('encoding UTF-16'),
  'gpgsig header': addedHeader('gpgsig -----BEGIN PGP SIGNATURE-----\n \n =\n -----END'),
  'mergetag header': addedHeader(`mergetag object ${'1'.repeat(40)}\n type commit`),
  'continuation line': addedHeader(' more'),
  'empty line among the headers': addedHeader(''),
  'tree in upper case': header('tree', (line) => `tree ${line.slice(5).toUpperCase()}`),
  'tree one digit short': header('tree', (line) => `${line.slice(0, -2)}\n`),
  'tree one digit long': header('tree', (line) => `${line.slice(0, -1)}0\n`),
  'tree not hex': header('tree', (line) => `${line.slice(0, -2)}g\n`),
  'tree null': header('tree', () => `tree ${'0'.repeat(40)}\n`),
  'parent in upper case': header('parent', (line) => `parent ${line.slice(7).toUpperCase()}`),
  'parent one digit short': header('parent', (line) => `${line.slice(0, -2)}\n`),
  'parent one digit long': header('parent', (line) => `${line.slice(0, -1)}0\n`),
  'parent null': header('author', (line) => `parent ${'0'.repeat(40)}\n${line}`),
  'parent twice': header('parent', (line) => line + line),
  'three parents': header('author', (line, chance) => {
    const parents = Array.from({ length: 3 }, () => `parent ${chance.hex(40)}\n`);
    return parents.join('') + line;
  }),
  'parent after the author': header('committer', (line, chance) => {
    return `parent ${chance.hex(40)}\n${line}`;
  }),
  'committer of another name': header('committer', (line) => line.replace(' ', ' Other ')),
  'committer of another time': header('committer', (line) => line.replace(/> 1?/, '> 12')),
  'no name': inPersons(/(?<=^[a-z]+ )[^<]* (?=<)/, () => ''),
  'empty name': inPersons(NAME, () => ''),
  'name with a closing bracket': inserted(NAME, ['>']),
  'name with an opening bracket': inserted(NAME, ['<', '<x> ']),
  'name with a control': inserted(NAME, CONTROLS),
  'name with unseen characters': inserted(NAME, UNSEEN),
  'name with a space at an end': inPersons(NAME, (found, chance) =>
    chance.isOneIn(2) ? ` ${found}` : `${found} `,
  ),
  'name with a NUL': inserted(NAME, ['\0']),
  'name over 8 KiB': inPersons(NAME, (found) => found.padEnd(9000, 'x')),
  'no space before the e-mail': inPersons(/ (?=<)/, () => ''),
  'no opening bracket': inPersons(/</, () => ''),
  'no closing bracket': inPersons(/>/, () => ''),
  'empty e-mail': inPersons(EMAIL, () => ''),
  'e-mail in upper case': inPersons(EMAIL, (found) => `F${found.slice(1).toUpperCase()}`),
  'e-mail one digit short': inPersons(EMAIL, (found) => found.slice(1)),
  'e-mail with a bracket': inserted(EMAIL, ['<', '>', '> <']),
  'e-mail with a space': inserted(EMAIL, [' ', '\n', '\t']),
  'no space before the time': inPersons(/> /, () => '>'),
  'two spaces before the time': inPersons(/> /, () => '>  '),
  'no time': inPersons(TIME, () => ''),
  'time with leading zeros': inPersons(TIME, (found) => `0${found}`),
  'negative time': inPersons(TIME, (found) => `-${found}`),
  'time with a plus': inPersons(TIME, (found) => `+${found}`),
  'time in hex': inPersons(TIME, () => '0x10'),
  'time with letters': inserted(TIME, ['x', '.', ',', ' ', 'e']),
  'time past the year 9999': inPersons(TIME, (_, chance) =>
    chance.pick(['253402300800', '9007199254740993', '4611686018427387904']),
  ),
  'time past 64 bits': inPersons(TIME, (_, chance) =>
    chance.pick([
      '9223372036854775807',
      '9223372036854775808',
      '18446744073709551615',
      '18446744073709551616',
      '9'.repeat(40),
    ]),
  ),
  'no zone': inPersons(/ [+-][0-9]{4}$/, () => ''),
  'zone of three or five digits': inPersons(ZONE, (found, chance) =>
    chance.isOneIn(2) ? found.slice(0, -1) : `${found}0`,
  ),
  'zone by name': inPersons(ZONE, (_, chance) => chance.pick(['UTC', 'Z', '+CEST', '+00:0'])),
  'zone without a sign': inPersons(ZONE, (found) => found.slice(1)),
  'zone out of range': inPersons(ZONE, (_, chance) =>
    chance.pick(['+1401', '-1201', '+0060', '+9999', '-9999', '-1260']),
  ),
  'something after the zone': inPersons(/$/, (_, chance) => chance.pick([' ', '0', ' x', '\t'])),
  'no signature': (commit) => commit.replace(/\nsignature [^\n]*/, ''),
  'signature folded': (commit) =>
    commit.replace(SIGNATURE, (text) => `${text.slice(0, 20)}\n ${text.slice(20)}`),
  'signature in another spelling': (commit, chance) =>
    commit.replace(SIGNATURE, (text) =>
      chance.pick([
        `${text.slice(0, -3)}${text.at(-3) === 'A' ? 'B' : 'A'}x=`,
        text.replace(/=+$/, ''),
        `${text}=`,
        ` ${text}`,
        `${text} `,
        text.replaceAll(/[A-P]/g, '-'),
      ]),
    ),
  'signature empty': (commit) => commit.replace(SIGNATURE, ''),
  'NUL in the headers': (commit, chance) => {
    const at = chance.between(0, commit.indexOf('\n\n'));
    return `${commit.slice(0, at)}\0${commit.slice(at)}`;
  },
  'NUL in the message': (commit, chance) => {
    const at = chance.between(commit.indexOf('\n\n') + 2, commit.length);
    return `${commit.slice(0, at)}\0${commit.slice(at)}`;
  },
  'control in the message': (commit, chance) =>
    withBody(commit, bodyOf(commit) + chance.pick(['\u0001', '\r\n', '\u001b[2J', '\u0008'])),
  'message with a byte order mark': (commit) => withBody(commit, `\ufeff${bodyOf(commit)}`),
  'no message': (commit) => withBody(commit, ''),
  'no empty line': (commit) => commit.slice(0, commit.indexOf('\n\n') + 1),
  'no line break after the headers': (commit) => commit.slice(0, commit.indexOf('\n\n')),
  truncated: (commit, chance) => {
    const bytes = utf8(commit);
    return bytes.subarray(0, chance.between(0, bytes.length - 1));
  },
  'not UTF-8': (commit, chance) => {
    const bytes = utf8(commit);
    return spliced(bytes, chance.between(0, bytes.length), 0, chance.pick(NOT_UTF8));
  },
  'one bit': (commit, chance) => {
    const bytes = utf8(commit);
    bytes[chance.between(0, bytes.length - 1)]! ^= 1 << chance.between(0, 7); // within the bytes
    return bytes;
  },
  'one byte put in': (commit, chance) => {
    const bytes = utf8(commit);
    return spliced(bytes, chance.between(0, bytes.length), 0, chance.bytes(1));
  },
  'one byte left out': (commit, chance) => {
    const bytes = utf8(commit);
    return spliced(bytes, chance.between(0, bytes.length - 1), 1, new Uint8Array());
  },
};

const NOT_UTF8: readonly Uint8Array[] = [
  Uint8Array.of(0xff),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0xc3),
];

/** The bytes with `count` of them at `at` replaced. */
export function spliced(
  bytes: Uint8Array,
  at: number,
  count: number,
  piece: Uint8Array,
): Uint8Array {
  const result = new Uint8Array(bytes.length - count + piece.length);
  result.set(bytes.subarray(0, at));
  result.set(piece, at);
  result.set(bytes.subarray(at + count), at + piece.length);
  return result;
}
