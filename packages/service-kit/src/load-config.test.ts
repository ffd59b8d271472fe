import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterAll, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { secretField } from './config-fields.ts';
import { type ConfigSource, loadConfig } from './load-config.ts';
import type { Secret } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, 'hunter2\n');

const SCHEMA = Type.Object({
  dataFolder: Type.String({ description: 'where accounts live' }),
  port: Type.Integer({ description: 'TCP port', default: 0, minimum: 0, maximum: 65_535 }),
  ratio: Type.Number({ description: 'share of the disk', default: 0.5 }),
  discovery: Type.Boolean({ description: 'announce on the local network', default: true }),
  level: Type.Union([Type.Literal('info'), Type.Literal('debug')], {
    description: 'of the log',
    default: 'info',
  }),
  name: Type.Optional(Type.String({ description: 'shown to others' })),
  key: Type.Optional(secretField({ description: 'opens the archive' })),
});

const load = (env: Record<string, string>, more: Partial<ConfigSource<typeof SCHEMA>> = {}) =>
  loadConfig({ prefix: 'PEER_', schema: SCHEMA, env, ...more });

function problemsOf(...args: Parameters<typeof load>): Readonly<Record<string, string>> {
  try {
    load(...args);
  } catch (reason) {
    if (CoveyError.is(reason, 'CONFIG_INVALID')) return reason.data;
    throw reason;
  }
  return {};
}

test('what is not set has its default, what is optional is absent', () => {
  expect(load({ PEER_DATA_FOLDER: '/data', PEER_NAME: '', HOME: '/root' })).toEqual({
    dataFolder: '/data',
    port: 0,
    ratio: 0.5,
    discovery: true,
    level: 'info',
  });
});

test('texts become the types of the schema', () => {
  const config = load({
    PEER_DATA_FOLDER: '/data',
    PEER_PORT: '7400',
    PEER_RATIO: '0.25',
    PEER_DISCOVERY: 'false',
    PEER_LEVEL: 'debug',
  });
  expect(config).toMatchObject({ port: 7400, ratio: 0.25, discovery: false, level: 'debug' });
  expect(Object.isFrozen(config)).toBe(true);
});

test('all that is wrong is told at once, by name and without the values', () => {
  const env = {
    PEER_PORT: '70000',
    PEER_RATIO: 'half',
    PEER_DISCOVERY: 'yes',
    PEER_LEVEL: 'loud',
    PEER_PROT: '1',
    PEER_KEY: 'hunter2',
  };
  const problems = problemsOf(env);
  expect(Object.keys(problems).sort()).toEqual(['PEER_DATA_FOLDER', ...Object.keys(env)].sort());
  expect(problems['PEER_DATA_FOLDER']).toBe('is missing');
  expect(problems['PEER_PROT']).toBe('there is no such setting');
  expect(problems['PEER_KEY']).toContain('PEER_KEY_FILE');
  expect(JSON.stringify(problems)).not.toMatch(/hunter2|70000|loud/);
});

test.each(['1e3', '0x10', ' 7', '7.0', '9007199254740993', '-1'])('%j is no port', (text) => {
  expect(problemsOf({ PEER_DATA_FOLDER: '/data', PEER_PORT: text })).toHaveProperty('PEER_PORT');
});

test('a secret comes from the file that its variable names, without the last line feed', () => {
  const { key } = load({ PEER_DATA_FOLDER: '/data', PEER_KEY_FILE: keyFile });
  expect((key as Secret).reveal()).toBe('hunter2'); // `key` is optional, and set here
});

test('a secret file that cannot be read is told without its path', () => {
  const absent = join(folder, 'absent');
  const problems = problemsOf({ PEER_DATA_FOLDER: '/data', PEER_KEY_FILE: absent });
  expect(problems).toEqual({ PEER_KEY_FILE: 'the file cannot be read' });
});

test('settings that cannot be true at once stop the start', () => {
  const contradictions = () => ['discovery needs a port'];
  const problems = problemsOf({ PEER_DATA_FOLDER: '/data' }, { contradictions });
  expect(Object.values(problems)).toEqual(['discovery needs a port']);
});
