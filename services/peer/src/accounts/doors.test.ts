import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Doors } from './doors.ts';

const SILENT = pino({ level: 'silent' });
const FIXED = { listen: { host: '::', port: 4500 }, advertise: ['chat.example.org:4500'] };

test('a fixed port and what leads to it are for the oldest account, whoever asks first', () => {
  const doors = new Doors(FIXED, () => 'first', SILENT);
  expect(doors.of('second')).toEqual({ listen: { host: '::', port: 0 }, advertise: [] });
  expect(doors.of('first')).toEqual(FIXED);
  expect(doors.of('first')).toEqual(FIXED);
});

test('where each account chooses its port, all are told the same', () => {
  const settings = { listen: { host: '::', port: 0 }, advertise: ['chat.example.org:4500'] };
  const doors = new Doors(settings, () => 'first', SILENT);
  expect([doors.of('first'), doors.of('second')]).toEqual([settings, settings]);
});
