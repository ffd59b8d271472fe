/** In UTF-16 units. No message is as long; what else comes from others is not worth the reading. */
const MOST_SHOWN = 64 * 1024;
/** More marks on one letter than any script needs reach into the lines above and below. */
const TOO_MANY_MARKS = /(\p{M}{4})\p{M}+/gu;
/** A mark without a letter would sit on whatever we print before it. */
const LEADING_MARK = /^\p{M}/u;
const LINE_BREAKS = /\r\n|[\n\r\u0085\u2028\u2029]/g;
// Controls, format characters (bidi, zero width, tags), surrogates, private use, unassigned; blanks
// that show nothing. Joiners are judged apart.
const HARMFUL = /\p{C}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0/gu;
const JOINERS = /[\u200c\u200d]/;
// A joiner has a meaning after an emoji and in the scripts that join letters, nowhere else.
const JOINING_SCRIPTS =
  'Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer';
const MAY_JOIN = new RegExp(
  `${anyScript(JOINING_SCRIPTS)}|\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\ufe0f`,
  'u',
);
const RIGHT_TO_LEFT = new RegExp(anyScript('Arabic Hebrew Syriac Thaana Nko'), 'u');
const ISOLATE = '\u2068';
const END_ISOLATE = '\u2069';

/**
 * Makes text from others harmless on a terminal: one line, no escape sequence, nothing invisible,
 * nothing that reorders the line around it. What is taken out is shown as `\x1b` or `\u{202e}`, so that
 * nothing disappears unseen. Ordinary text of any script comes through unchanged; where it is written
 * from right to left it is set between isolates (U+2068, U+2069).
 */
export function safeText(text: string): string {
  const line = (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text)
    .toWellFormed()
    .replace(LINE_BREAKS, '↵')
    .replace(LEADING_MARK, '◌$&')
    .replace(TOO_MANY_MARKS, '$1…');
  const plain = line.replace(HARMFUL, (character, at: number) => {
    const joins = JOINERS.test(character) && MAY_JOIN.test(line.slice(Math.max(0, at - 2), at));
    return joins ? character : escaped(character);
  });
  return RIGHT_TO_LEFT.test(plain) ? `${ISOLATE}${plain}${END_ISOLATE}` : plain;
}

/** JSON that is as harmless and means the same: what a terminal may obey is written as `\uXXXX`. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f\p{C}\u2028\u2029]+/gu, (run) => {
    let units = '';
    for (let at = 0; at < run.length; at++) {
      const unit = run.charCodeAt(at);
      units += `\\u${hexByte(unit >> 8)}${hexByte(unit & 0xff)}`;
    }
    return units;
  });
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${hexByte(code)}` : `\\u{${code.toString(16)}}`;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexByte(byte: number): string {
  return HEX[byte] ?? '';
}

/** The last net under lines that were put together: no byte that a terminal obeys. */
export function withoutControls(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, escaped);
}

function anyScript(names: string): string {
  return names
    .split(' ')
    .map((name) => `\\p{Script=${name}}`)
    .join('|');
}
