import { expect, test } from 'vitest';
import { runProgram } from '../program.ts';

/** Some twenty seconds on two quiet cores; other tests may keep them busy. */
const TIMEOUT_MS = 300_000;

/** What the transcript has to tell, in this order. */
const PROMISES: readonly RegExp[] = [
  /four daemons are up: own process, own data folder, LAN discovery off/,
  /Alice’s phone joined hers/,
  /Bob was invited at his address, and accepted/,
  /200 acknowledged: \d+ texts, \d+ replies, \d+ reactions, \d+ edits/,
  /every device shows the same \d+ lines in the same order/,
  /closed: alice-laptop and bob \| alice-phone and carol/,
  /exit code 1, PEER_UNREACHABLE/,
  /both halves talked on/,
  /same order: \d+ lines; same digest/,
  /refused by all three: message\/no-other-change, admins\//,
  /byte-identical/,
  /the next honest message, Bob’s, arrived/,
  /QuarantineOpened.*SIGKILL/,
  /all \d+ messages that it had acknowledged are there/,
  /alice-laptop +Demo +verify ok +fsck ok/,
  /carol +Demo +verify ok +fsck ok/,
  /All as promised/,
];

test('SWARM-1: the demo, run as a person runs it, ends by itself with 0 and tells that all was as promised', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { code, output } = await runProgram('npm', ['run', '--silent', 'demo']);
  expect({ code, output }).toMatchObject({ code: 0 });
  const lines = output.split('\n');
  const found = PROMISES.map((promise) => lines.findIndex((line) => promise.test(line)));
  expect(found, output).not.toContain(-1);
  expect(found, output).toEqual(found.toSorted((a, b) => a - b));
});
