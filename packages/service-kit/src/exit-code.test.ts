import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { exitCodeOf } from './exit-code.ts';

test('a wrong configuration ends with 78, everything else with 1', () => {
  expect(exitCodeOf(new CoveyError('CONFIG_INVALID', 'PEER_PORT: is missing'))).toBe(78);
  expect(exitCodeOf(new CoveyError('DATA_FOLDER_BUSY', 'in use'))).toBe(1);
  expect(exitCodeOf(new Error('stranger'))).toBe(1);
});
