import { expect, test } from 'vitest';
import { provenIds, unproven } from './requirements.ts';

const SOURCE = `
test('ID-2: an account URI is a hash', () => {});
test('ID-3, VAL-1: a revoked device is refused', () => {});
describe.skipIf(noEngine)("SHAPE-1: the image starts", () => {});
test.each(rows)(\`GROUP-CLONE: \${kind} is cloned\`, () => {});
scenario('BAN-6: a late vote', async () => {});
test.skip('SYNC-1: not now', () => {});
test.todo('SYNC-2: not yet');
expect('SYNC-3: no test').toBe('SYNC-3: no test');
test('about SYNC-4: in the middle', () => {});
`;

test('an id counts where the name of a live test or suite begins with it', () => {
  const ids = ['ID-2', 'ID-3', 'VAL-1', 'SHAPE-1', 'GROUP-CLONE', 'BAN-6'];
  expect(provenIds(SOURCE)).toEqual(new Set(ids));
});

test('a promised id that no test names is told with its issue', () => {
  const promises = { landed: { 'first issue': ['ID-2', 'SYNC-1'] } };
  expect(unproven(promises, provenIds(SOURCE))).toEqual([
    'SYNC-1 (first issue): no test is named after it',
  ]);
});
