import { utf8Text } from '@covey/codec';

/** One header of a commit, its continuation lines included. */
export interface CommitHeader {
  readonly name: string;
  /** After the first space. Continuation lines are appended without their newline and leading space. */
  readonly value: string;
  readonly folded: boolean;
  /** First byte of the header's line. */
  readonly start: number;
  /** After the newline of its last line. */
  readonly end: number;
}

const NEWLINE = 0x0a;
const loose = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cuts the headers of a commit; `bodyAt` is where the message starts. Never throws: what is wrong is told to `note`. */
export function splitHeaders(
  bytes: Uint8Array,
  note: (defect: string) => void,
): { readonly headers: readonly CommitHeader[]; readonly bodyAt: number } {
  const starts = lineStarts(bytes);
  const bodyAt = starts.pop() ?? 0;
  // Read at once, cut then: a line break is one byte and one character in any UTF-8.
  const lines = readText(bytes.subarray(0, bodyAt), note).split('\n');
  const headers: CommitHeader[] = [];
  // A loop by number: over every header of every commit an iterator would leave more garbage than it has lines.
  for (let number = 0; number < starts.length; number++) {
    const start = starts[number] ?? 0;
    const end = starts[number + 1] ?? bodyAt;
    const line = lines[number] ?? '';
    const previous = headers.at(-1);
    if (!line.startsWith(' ')) {
      const space = line.indexOf(' ');
      const [name, value] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
      headers.push({ name, value, folded: false, start, end });
    } else if (previous) {
      const value = previous.value + line.slice(1);
      headers[headers.length - 1] = { ...previous, value, folded: true, end };
    } else {
      note('continuation without a header');
    }
  }
  if (bytes[bodyAt] === NEWLINE) return { headers, bodyAt: bodyAt + 1 };
  note('no blank line after the headers');
  return { headers, bodyAt };
}

/** Where each header line starts, and last where the empty line does that ends them (or the bytes). */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let start = 0; start < bytes.length && bytes[start] !== NEWLINE; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    start = newline < 0 ? bytes.length : newline + 1;
    starts.push(start);
  }
  return starts;
}

/** In UTF-8 no other character has such a byte. A loop: it runs over every byte of every commit. */
function hasControl(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!; // within bounds
    if (byte < 0x20 ? byte !== NEWLINE : byte === 0x7f) return true;
  }
  return false;
}

function readText(bytes: Uint8Array, note: (defect: string) => void): string {
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    // The only failure of `utf8Text`. Lenient readers still want to see the rest.
    note('header is not UTF-8');
    text = loose.decode(bytes);
  }
  if (hasControl(bytes)) note('header has a control character');
  return text;
}
