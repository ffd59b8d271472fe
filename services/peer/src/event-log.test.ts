import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AccountEvent } from '@covey/device';
import { temporaryFolder } from '../test/stage.ts';
import { FileEventLog } from './event-log.ts';

const ALICE = '00000000000000a1';
const BOB = '00000000000000b0';
const HOUR_MS = 60 * 60 * 1000;

function openLog(root: string, options: { at?: number; keepAtMost?: number } = {}): FileEventLog {
  const { at = 0, keepAtMost = 1000 } = options;
  const clock = () => new Date(at);
  return new FileEventLog({ root, clock }, { keepForMs: 24 * HOUR_MS, keepAtMost });
}

function say(log: FileEventLog, count: number, account = ALICE): void {
  for (let n = 1; n <= count; n++) log.append(account, 'MessageReceived', { n: String(n) });
}

function idsOf(events: readonly AccountEvent[]): number[] {
  return events.map(({ id }) => id);
}

function fileOf(root: string): string {
  return join(root, ALICE, 'events.jsonl');
}

test('ids rise by one for each account, and go on after a restart', async () => {
  const root = await temporaryFolder();
  const first = openLog(root);
  say(first, 3);
  say(first, 1, BOB);
  first.close();
  const second = openLog(root);
  say(second, 2);
  expect(idsOf(second.kept(ALICE, 0, 10))).toEqual([1, 2, 3, 4, 5]);
  expect(idsOf(second.kept(BOB, 0, 10))).toEqual([1]);
  expect(second.newest(ALICE)).toBe(5);
});

test('an event comes back as it went in', async () => {
  const root = await temporaryFolder();
  const payload = { message: { fields: { body: 'a\n\u0000\u2028"\ud83d\ude00' }, timestamp: 1.5 } };
  openLog(root).append(ALICE, 'MessageReceived', payload);
  const [event] = openLog(root).kept(ALICE, 0, 1);
  expect(event).toEqual({ id: 1, accountId: ALICE, name: 'MessageReceived', payload });
});

test('a subscriber hears the kept events first, then each new one, and nothing after it stopped', async () => {
  const log = openLog(await temporaryFolder());
  say(log, 600);
  const heard: number[] = [];
  const stop = log.subscribe(ALICE, 2, ({ id }) => heard.push(id));
  expect(heard).toEqual(Array.from({ length: 598 }, (_, at) => at + 3));
  const live: number[] = [];
  log.subscribe(ALICE, undefined, ({ id }) => live.push(id));
  say(log, 1);
  stop();
  say(log, 1);
  expect(heard.at(-1)).toBe(601);
  expect(live).toEqual([601, 602]);
});

test('a subscriber of one account hears nothing of another', async () => {
  const log = openLog(await temporaryFolder());
  const heard: string[] = [];
  log.subscribe(ALICE, 0, ({ accountId }) => heard.push(accountId));
  say(log, 2, BOB);
  expect(heard).toEqual([]);
});

test('whatever part of the last line a killed daemon left, the events before it stay', async () => {
  const root = await temporaryFolder();
  const whole = openLog(root);
  say(whole, 3);
  whole.close();
  const bytes = readFileSync(fileOf(root));
  const secondEnd = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
  for (let length = secondEnd; length < bytes.length; length++) {
    writeFileSync(fileOf(root), bytes);
    truncateSync(fileOf(root), length);
    const log = openLog(root);
    expect(idsOf(log.kept(ALICE, 0, 10))).toEqual([1, 2]);
    say(log, 1);
    expect(idsOf(log.kept(ALICE, 0, 10))).toEqual([1, 2, 3]);
    log.close();
    expect(idsOf(openLog(root).kept(ALICE, 2, 10))).toEqual([3]);
  }
});

test('a spoilt line costs its own event and no other', async () => {
  const root = await temporaryFolder();
  const log = openLog(root);
  say(log, 1);
  log.close();
  appendFileSync(fileOf(root), '{"id":2,"at":0,"na\u0000\n');
  appendFileSync(fileOf(root), Uint8Array.from([0xff, 0xfe, 10]));
  appendFileSync(fileOf(root), 'null\n{"id":3,"at":0,"name":"DeviceAdded","payload":{}}\n');
  const reopened = openLog(root);
  say(reopened, 1);
  expect(idsOf(reopened.kept(ALICE, 0, 10))).toEqual([1, 3, 4]);
});

test('API-2: after a restart the events of the last 24 hours are there, older ones are not', async () => {
  const root = await temporaryFolder();
  const early = openLog(root, { at: 0 });
  say(early, 5);
  early.close();
  const later = openLog(root, { at: 10 * HOUR_MS });
  say(later, 5);
  later.close();
  expect(idsOf(openLog(root, { at: 24 * HOUR_MS }).kept(ALICE, 0, 20))).toHaveLength(10);
  expect(idsOf(openLog(root, { at: 25 * HOUR_MS }).kept(ALICE, 0, 20))).toEqual([6, 7, 8, 9, 10]);
});

test('ids go on even when every event was too old to keep', async () => {
  const root = await temporaryFolder();
  const early = openLog(root);
  say(early, 5);
  early.close();
  const later = openLog(root, { at: 1000 * HOUR_MS });
  say(later, 1);
  expect(later.newest(ALICE)).toBe(6);
});

test('a busy account does not fill the disk: the oldest go, the newest stay', async () => {
  const root = await temporaryFolder();
  const log = openLog(root, { keepAtMost: 100 });
  say(log, 1000);
  const kept = idsOf(log.kept(ALICE, 0, 2000));
  expect(kept.at(-1)).toBe(1000);
  expect(kept.length).toBeGreaterThanOrEqual(100);
  expect(kept.length).toBeLessThanOrEqual(112);
  expect(statSync(fileOf(root)).size).toBeLessThan(112 * 100);
});

test('only the owner can read the file', async () => {
  const root = await temporaryFolder();
  say(openLog(root), 1);
  expect(statSync(fileOf(root)).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, ALICE)).mode & 0o777).toBe(0o700);
});
