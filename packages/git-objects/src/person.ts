/** Who wrote a commit, and when by their own clock, which proves nothing. */
export interface Person {
  readonly name: string;
  /** A device id in every commit of a conversation. */
  readonly email: string;
  /** Unix seconds. */
  readonly time: number;
  /** As it stands, e.g. `+0000`. */
  readonly zone: string;
}

/** The last second of the year 9999. */
const LATEST = 253_402_300_799;
const STRICT = /^([^<>]+) <([^<>]+)> (0|[1-9][0-9]*) ([+-][0-9]{4})$/;
const LENIENT = /^([^<]*)<([^>]*)>[^0-9+-]*([+-]?[0-9]*)[^+-]*([+-][0-9]{4})?.*$/s;
const DEVICE_ID = /^[0-9a-f]{64}$/;
/**
 * Controls, and the format characters that hide or turn text around. A fixed list, not `\p{Cf}`: that one changes
 * with the Unicode version of the machine, and then two devices would judge one commit differently.
 */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const MAX_NAME_CHARACTERS = 128;

/** `name <email> time zone`, as author and committer lines hold it. */
export function writePerson({ name, email, time, zone }: Person): string {
  return `${name} <${email}> ${time} ${zone}`;
}

/** Reads an author line. What departs from the strict form is told to `note`; `undefined` when nothing can be made of it. */
export function readPerson(line: string, note: (defect: string) => void): Person | undefined {
  const strict = STRICT.exec(line);
  if (!strict) note('author line is malformed');
  const [, name, email, digits, zone] = strict ?? LENIENT.exec(line) ?? [];
  if (name === undefined || email === undefined) return undefined;

  const time = Number(digits ?? 0);
  if (name !== name.trim()) note('author line is malformed');
  if (UNSEEN.test(name)) note('author name has characters that do not show');
  if (!DEVICE_ID.test(email)) note('e-mail is not a device id');
  if (!(time >= 0 && time <= LATEST)) note('time is out of range');
  if (zone === undefined || !zoneInRange(zone)) note('time zone is out of range');
  return {
    name: name.trim(),
    email,
    time: Number.isSafeInteger(time) ? time : 0,
    zone: zone ?? '+0000',
  };
}

function zoneInRange(zone: string): boolean {
  const past = Number(zone.slice(3));
  const minutes = Number(zone.slice(1, 3)) * 60 + past;
  return past < 60 && minutes <= (zone.startsWith('-') ? 12 * 60 : 14 * 60);
}

/**
 * A display name as an author line can carry it: no angle brackets, controls or unseen format characters, at most
 * 128 characters, and without the spaces and `, : ; < > " \ '` at both ends that Git and libgit2 cut off themselves.
 * Where nothing is left it is `fallback`, which is taken as it is.
 */
export function cleanName(displayName: string, fallback: string): string {
  const shown = Array.from(displayName.toWellFormed())
    .filter((character) => !/[<>]/.test(character) && !UNSEEN.test(character))
    .join('');
  const short = Array.from(trimCrud(shown)).slice(0, MAX_NAME_CHARACTERS).join('');
  return trimCrud(short) || fallback;
}

function trimCrud(text: string): string {
  return text.replace(/^[\s,:;"\\']+/, '').replace(/[\s,:;"\\']+$/, '');
}
