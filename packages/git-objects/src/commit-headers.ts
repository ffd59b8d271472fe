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
  const headers: CommitHeader[] = [];
  for (let start = 0; ; ) {
    if (start >= bytes.length) {
      note('no blank line after the headers');
      return { headers, bodyAt: bytes.length };
    }
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end === start) return { headers, bodyAt: start + 1 };
    const next = Math.min(end + 1, bytes.length);
    const line = readLine(bytes.subarray(start, end), note);
    const previous = headers.at(-1);
    if (!line.startsWith(' ')) {
      const [name = '', ...rest] = line.split(' ');
      headers.push({ name, value: rest.join(' '), folded: false, start, end: next });
    } else if (previous) {
      const value = previous.value + line.slice(1);
      headers[headers.length - 1] = { ...previous, value, folded: true, end: next };
    } else {
      note('continuation without a header');
    }
    start = next;
  }
}

function readLine(bytes: Uint8Array, note: (defect: string) => void): string {
  let line: string;
  try {
    line = utf8Text(bytes);
  } catch {
    // The only failure of `utf8Text`. Lenient readers still want to see the rest.
    note('header is not UTF-8');
    line = loose.decode(bytes);
  }
  if (/[\u0000-\u001f\u007f]/.test(line)) note('header has a control character');
  return line;
}
