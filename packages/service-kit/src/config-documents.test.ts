import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { configurationPage, envExample } from './config-documents.ts';
import { secretField } from './config-fields.ts';

const SCHEMA = Type.Object({
  dataFolder: Type.String({ description: 'where accounts live' }),
  maxPackBytes: Type.Integer({ description: 'bytes | a pack', default: 1024 }),
  key: Type.Optional(secretField({ description: 'opens the archive' })),
});

test('the page has a row per variable', () => {
  expect(configurationPage(SCHEMA, 'PEER_').split('\n')).toEqual([
    '| variable | meaning | default |',
    '|---|---|---|',
    '| `PEER_DATA_FOLDER` | where accounts live | must be set |',
    '| `PEER_MAX_PACK_BYTES` | bytes \\| a pack | `1024` |',
    '| `PEER_KEY_FILE` | opens the archive | none |',
    '',
  ]);
});

test('the example sets what must be set and shows the rest', () => {
  expect(envExample(SCHEMA, 'PEER_').split('\n')).toEqual([
    '# where accounts live',
    'PEER_DATA_FOLDER=',
    '',
    '# bytes | a pack',
    '# PEER_MAX_PACK_BYTES=1024',
    '',
    '# opens the archive',
    '# PEER_KEY_FILE=',
    '',
  ]);
});
