import {
  type DeviceLink,
  readDeviceLink,
  readInviteLink,
  writeDeviceLink,
  writeInviteLink,
} from '@covey/account';
import { toBase64url, utf8, utf8Text } from '@covey/codec';
import { parseAccountUri, parseDeviceId } from '@covey/identity';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { forgeJson } from './json-forge.ts';

const SCHEMES = ['covey:invite:', 'covey:device:'] as const;
const LINK: DeviceLink = {
  from: parseAccountUri('ab'.repeat(20)),
  device: parseDeviceId('cd'.repeat(32)),
  addresses: ['127.0.0.1:7400', '[2001:db8::1]:7400'],
  secret: new Uint8Array(16).fill(7),
  expires: new Date(1_795_300_000_000),
};
const CONVERSATION = 'ef'.repeat(20);
/** Members in the text of a link; an input may end early or hold any other JSON instead. */
const MEMBERS = [
  ...[
    '"a":["h:1"]',
    '"a":[]',
    `"a":[${'"h:1",'.repeat(16)}"h:1"]`,
    '"a":[1]',
    `"c":"${CONVERSATION}"`,
  ],
  ...[`"d":"${LINK.device}"`, `"u":"${LINK.from}"`, '"e":1795300000', '"e":253402300800', '"e":-1'],
  ...['"s":"BwcHBwcHBwcHBwcHBwcHBw"', '"s":"BwcHBwcHBwcHBwcHBwcHBx"', '"s":"Bw"', '"v":1', '"v":2'],
] as const;

/** Invitation links and device links: one target, told apart by their beginning. */
export function open(): FuzzTarget {
  return {
    seeds: words(
      writeDeviceLink(LINK),
      writeInviteLink({ ...LINK, conversationId: CONVERSATION }),
      writeDeviceLink({ ...LINK, addresses: [] }),
    ),
    corpora: [{ name: 'naughty-strings', texts: true }],
    dictionary: words(...SCHEMES, '=', '-', '_', 'AAAA', 'eyJ'),
    generate,
    run,
  };
}

function generate(chance: Chance): Uint8Array {
  const members = MEMBERS.filter(() => !chance.oneIn(3));
  const json = chance.oneIn(6) ? forgeJson(chance) : `{${members.join(',')}}`;
  return utf8(chance.pick(SCHEMES) + toBase64url(utf8(json)));
}

function run(input: Uint8Array): void {
  const text = utf8Text(input);
  if (text.startsWith(SCHEMES[0])) {
    const link = readInviteLink(text);
    const written = writeInviteLink(link);
    promise(writeInviteLink(readInviteLink(written)) === written, 'an invitation reads as itself');
    promise(/^[0-9a-f]{40}$/.test(link.conversationId), 'an invitation names a conversation');
    checkCommon(link);
  } else {
    const link = readDeviceLink(text);
    const written = writeDeviceLink(link);
    promise(writeDeviceLink(readDeviceLink(written)) === written, 'a device link reads as itself');
    checkCommon(link);
  }
}

function checkCommon({ secret, expires, addresses, device, from }: DeviceLink): void {
  promise(secret.length === 16, 'a secret has 16 bytes');
  promise(Number.isFinite(expires.getTime()), 'a link has an end');
  promise(addresses.length <= 16, 'a link has few addresses');
  promise(parseDeviceId(device) === device && parseAccountUri(from) === from, 'ids are ids');
}
