import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { corpusNamed, counterClock, makeTestAccount, stage, TestDevice } from '@covey/testkit';
import { readContent } from '../src/kinds.ts';
import { adminPath, devicePath } from '../src/layout.ts';

interface Trick {
  readonly b64: string;
  readonly expect: 'accept' | 'reject';
  readonly why: string;
}

const corpus = corpusNamed('json-tricks');
const tricks = corpus.isAbsent
  ? []
  : (JSON.parse(readFileSync(join(corpus.folder, 'messages.json'), 'utf8')) as readonly Trick[]); // As its README says.
const of = (expected: Trick['expect']) => tricks.filter((each) => each.expect === expected);

const bytesOf = ({ b64 }: Trick) => new Uint8Array(Buffer.from(b64, 'base64'));

/** What is wrong with the message as such, if anything; which rules its fields break is not asked. */
function defectOf(trick: Trick): string | undefined {
  try {
    return readContent(utf8Text(bytesOf(trick)), 1).defect?.found;
  } catch (reason) {
    if (CoveyError.is(reason, 'ENCODING_MALFORMED')) return 'not UTF-8';
    throw reason;
  }
}

/** The rule that refuses a commit which is right but for its message; `undefined` when none does. */
async function ruleAgainst(trick: Trick): Promise<string | undefined> {
  const isInitial = /"type"\s*:\s*"initial"/.test(Buffer.from(trick.b64, 'base64').toString());
  // The first commit of a conversation is judged where it can stand.
  const device = isInitial
    ? new TestDevice(await makeTestAccount('alice'), counterClock())
    : (await stage(['alice'])).alice;
  const { uri, deviceId, chainPem, devicePem } = device.writer;
  const papers = { [adminPath(uri)]: chainPem, [devicePath(deviceId)]: devicePem };
  const oid = await device.forge({ message: bytesOf(trick), files: isInitial ? papers : {} });
  const judged = await device.judges(oid);
  return 'broken' in judged ? judged.broken.rule : undefined;
}

/** Of all others the message of these commits gives no cause. */
const OF_THE_MESSAGE = /^(?!every-commit\/)[a-z]+\/(body|uri|charter|keys|one-relation|fields)$/;

describe.skipIf(corpus.isAbsent)(`json-tricks${corpus.note}`, () => {
  test('there are tricks and honest messages', () => {
    expect([of('reject').length > 0, of('accept').length > 0]).toEqual([true, true]);
  });

  test.each(of('accept'))('MSG-10: $why: is read', (trick) => {
    expect(defectOf(trick)).toBeUndefined();
  });

  test.each(of('reject'))('SAFE-2, VAL-1: $why: is refused', async (trick) => {
    if (defectOf(trick) !== undefined) return;
    expect(await ruleAgainst(trick)).toMatch(OF_THE_MESSAGE);
  });

  test('every defect of a message is a rule’s business', async () => {
    const small = of('reject').filter((each) => each.b64.length < 1000 && defectOf(each));
    expect(small.length).toBeGreaterThan(0);
    for (const trick of small) {
      expect(await ruleAgainst(trick), trick.why).toMatch(/^every-commit\/(form$|message-|type-)/);
    }
  });
});
