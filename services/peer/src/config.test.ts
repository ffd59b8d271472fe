import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parsePassphrase } from '@covey/device';
import { temporaryFolder } from '../test/stage.ts';
import { makeConfig } from './config.ts';

test('without any setting everything has its default', () => {
  expect(makeConfig({ HOME: '/home/alice' })).toEqual({
    dataFolder: '/home/alice/.local/share/covey',
    api: { host: '127.0.0.1', port: 0 },
    listen: { host: '::', port: 0 },
    advertise: [],
    lan: { discovery: true },
    logLevel: 'info',
  });
});

test('what is set is taken, brackets of IPv6 apart', () => {
  expect(
    makeConfig({
      PEER_DATA: '/data',
      PEER_API_LISTEN: '[::1]:7401',
      PEER_LISTEN: '0.0.0.0:7400',
      PEER_ADVERTISE: 'alice.example:7400,[2001:db8::1]:7400',
      PEER_LAN_DISCOVERY: 'false',
      PEER_LAN_INTERFACE: '192.0.2.1',
      PEER_LOG_LEVEL: 'debug',
    }),
  ).toEqual({
    dataFolder: '/data',
    api: { host: '::1', port: 7401 },
    listen: { host: '0.0.0.0', port: 7400 },
    advertise: ['alice.example:7400', '[2001:db8::1]:7400'],
    lan: { discovery: false, interface: '192.0.2.1' },
    logLevel: 'debug',
  });
});

test.each([
  ['the API on all interfaces', { PEER_API_LISTEN: '0.0.0.0:7401' }],
  ['the API on a name', { PEER_API_LISTEN: 'alice.example:7401' }],
  ['an address without a port', { PEER_LISTEN: '127.0.0.1' }],
  ['a port that is none', { PEER_LISTEN: '[::]:65536' }],
  ['an address with a user', { PEER_ADVERTISE: 'a@b:1' }],
  ['an empty address in a list', { PEER_ADVERTISE: 'a:1,,b:1' }],
  ['a variable that is not known', { PEER_LISTNE: '[::]:0' }],
  ['a level that is not known', { PEER_LOG_LEVEL: 'loud' }],
])('refuses %s', (_, env) => {
  expect(() => makeConfig(env)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(Object.keys(env)[0] ?? ''),
    }),
  );
});

test('SAFE-4: a passphrase is read from the file that is named, and from nothing else', async () => {
  const path = join(await temporaryFolder(), 'passphrase');
  await writeFile(path, 'correct horse\n');
  const { passphrase } = makeConfig({ PEER_PASSPHRASE_FILE: path });
  expect(passphrase?.reveal()).toEqual(parsePassphrase('correct horse').reveal());
  const inEnvironment = { PEER_PASSPHRASE: 'correct horse' };
  const refusal = { code: 'CONFIG_INVALID', message: expect.stringContaining('PASSPHRASE_FILE') };
  expect(() => makeConfig(inEnvironment)).toThrow(expect.objectContaining(refusal));
  await writeFile(path, 'horse');
  expect(() => makeConfig({ PEER_PASSPHRASE_FILE: path })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: 'contradiction 1: PEER_PASSPHRASE_FILE: a passphrase has 8 to 1024 characters',
    }),
  );
});
