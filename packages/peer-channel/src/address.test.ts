import { expect, test } from 'vitest';
import {
  addressGroup,
  formatAddress,
  grpcTarget,
  parseAddress,
  reachableAddresses,
} from './address.ts';

test.each([
  ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }, 'ipv4:127.0.0.1:80'],
  ['[::1]:65535', { host: '::1', port: 65_535 }, 'ipv6:[::1]:65535'],
  ['peer.example:4000', { host: 'peer.example', port: 4000 }, 'dns:peer.example:4000'],
])('%s is read, written and dialed', (text, address, target) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(address)).toBe(text);
  expect(grpcTarget(address)).toBe(target);
});

test.each([
  '::1:80',
  '[1.2.3.4]:80',
  '[::1%]:80',
  'a:b:80',
  'host:-1',
  'host:1e3',
  `${'a'.repeat(300)}:1`,
])('%s is no address', (text) => {
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_MALFORMED' }));
});

test('one household is an IPv4 address or 64 bits of IPv6, however it is written', () => {
  expect(addressGroup('10.0.0.1:5')).toBe('10.0.0.1');
  expect(addressGroup('[2001:db8:0:1::5]:5')).toBe(addressGroup('[2001:DB8:0:1:ffff:0:0:2]:6'));
  expect(addressGroup('[2001:db8:0:1::5]:5')).not.toBe(addressGroup('[2001:db8:0:2::5]:5'));
  expect(addressGroup('[::1]:1')).toBe('0:0:0:0');
});

test('a wildcard is told as addresses that mean something to others', () => {
  for (const address of reachableAddresses({ host: '0.0.0.0', port: 9 })) {
    expect(parseAddress(address)).toMatchObject({
      port: 9,
      host: expect.not.stringMatching(/^0\./),
    });
  }
});
