import { utf8 } from '@covey/codec';
import { invariant } from '@covey/errors';
import { type DerReader, TAG } from './der-reader.ts';
import { element } from './der-writer.ts';

const UTC_TIME = /^\d{12}Z$/;
const GENERALIZED_TIME = /^\d{14}Z$/;
/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on; so each time has one spelling. */
const FIRST_GENERALIZED_YEAR = 2050;

/** Reads a Time of RFC 5280: seconds always, `Z` always, a day that exists. */
export function readTime(reader: DerReader): Date {
  const short = reader.sees(TAG.utcTime);
  const content = reader.content(short ? TAG.utcTime : TAG.generalizedTime);
  const text = String.fromCharCode(...content.subarray(0, 16));
  if (content.length > 16 || !(short ? UTC_TIME : GENERALIZED_TIME).test(text)) {
    reader.fail('a time in a form that is not accepted');
  }
  const digits = short ? `${text < '5' ? '20' : '19'}${text}` : text;
  const [, year = '', month = '', rest = ''] = /^(....)(..)(.*)Z$/.exec(digits) ?? [];
  const time = new Date(
    Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(rest.slice(0, 2)),
      Number(rest.slice(2, 4)),
      Number(rest.slice(4, 6)),
      Number(rest.slice(6, 8)),
    ),
  );
  // Date.UTC carries the 31st of April over into May, and a year 50 into 1950: compare what it made of it.
  if (generalized(time) !== digits) reader.fail('a time that does not exist');
  if (!short && time.getUTCFullYear() < FIRST_GENERALIZED_YEAR) {
    reader.fail('a time before 2050 as GeneralizedTime');
  }
  return time;
}

/** Writes a Time of RFC 5280; fractions of a second are dropped. */
export function writeTime(time: Date): Uint8Array {
  const year = time.getUTCFullYear();
  invariant(year >= 1950 && year <= 9999, 'certificates know the years 1950 to 9999');
  const text = generalized(time);
  return year < FIRST_GENERALIZED_YEAR
    ? element(TAG.utcTime, utf8(text.slice(2)))
    : element(TAG.generalizedTime, utf8(text));
}

function generalized(time: Date): string {
  return `${time
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:T]/g, '')}Z`;
}
