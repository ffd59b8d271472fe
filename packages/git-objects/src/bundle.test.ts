import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { readBundle } from './index.ts';

const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);

test.each([
  ['version 2', '# v2 git bundle\n'],
  ['version 3', '# v3 git bundle\n@object-format=sha1\n'],
])('the header of %s tells refs, prerequisites and where the pack starts', (_, start) => {
  const header = `${start}-${TWO} a commit\n-${ONE}\n${ONE} HEAD\n${ONE} refs/heads/main\n\n`;
  expect(readBundle(utf8(`${header}PACK`))).toEqual({
    refs: new Map([
      ['HEAD', ONE],
      ['refs/heads/main', ONE],
    ]),
    prerequisites: [TWO, ONE],
    packOffset: header.length,
  });
});

test.each([
  ['not a bundle of version 2 or 3', '# v4 git bundle\n\n'],
  ['not a bundle of version 2 or 3', 'PACK'],
  ['not a bundle of version 2 or 3', ''],
  ['a capability is not known', '# v3 git bundle\n@filter=blob:none\n\n'],
  ['a capability is not known', '# v3 git bundle\n@object-format=sha256\n\n'],
  ['an object id cannot be read', '# v2 git bundle\n@object-format=sha1\n\n'],
  ['an object id cannot be read', `# v2 git bundle\n${ONE.slice(1)} HEAD\n\n`],
  ['a ref cannot be read', `# v2 git bundle\n${ONE} \n\n`],
  ['a ref cannot be read', `# v2 git bundle\n${ONE} refs/heads/a b\n\n`],
  ['a ref stands twice', `# v2 git bundle\n${ONE} HEAD\n${TWO} HEAD\n\n`],
  ['a prerequisite cannot be read', `# v2 git bundle\n-${ONE}x\n\n`],
  ['the header has no end', `# v2 git bundle\n${ONE} HEAD\n`],
])('refused: %s', (defect, text) => {
  expect(() => readBundle(utf8(text))).toThrow(
    expect.objectContaining({ code: 'BUNDLE_MALFORMED', data: { defect } }),
  );
});

test('any bytes are read or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.concat([Buffer.from('# v2 git bundle\n'), bytes]);
      try {
        readBundle(text);
      } catch (reason) {
        expect(reason).toMatchObject({ code: 'BUNDLE_MALFORMED' });
      }
    }),
  );
});
