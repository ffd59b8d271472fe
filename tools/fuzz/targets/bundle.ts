import { utf8 } from '@covey/codec';
import { type BundleHeader, readBundle } from '@covey/git-objects';
import { bundleOf, stage } from '@covey/testkit';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';

const ID = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The header of Git bundles. */
export async function open(): Promise<FuzzTarget> {
  const { alice } = await stage(['alice']);
  const [head] = alice.heads;
  if (!head) throw new Error('a stage has a head');
  return {
    seeds: [
      await bundleOf(alice, { 'refs/heads/main': head, HEAD: head }),
      utf8(`# v3 git bundle\n@object-format=sha1\n-${ID} a comment\n${ID} refs/tags/é\n\nPACK`),
      utf8(`# v2 git bundle\n-${ID}\n-${ID} \n${ID} HEAD\n\n`),
    ],
    dictionary: words(
      ...['# v2 git bundle\n', '# v3 git bundle\n', '@object-format=sha1\n', '@filter=blob:none\n'],
      ...['\n\n', `-${ID} `, `${ID} `, 'refs/heads/', 'HEAD', 'PACK', '@object-format=sha256\n'],
    ),
    run,
  };
}

function run(input: Uint8Array): void {
  const header = readBundle(input);
  const { packOffset } = header;
  promise(packOffset > 0 && packOffset <= input.length, 'the pack begins within the file');
  const written = textOf(header);
  const again = readBundle(utf8(written));
  promise(textOf(again) === written, 'a header is read as it was written');
  promise(again.packOffset === utf8(written).length, 'the pack begins where the header ends');
}

function textOf({ refs, prerequisites }: BundleHeader): string {
  const lines = [
    '# v2 git bundle',
    ...prerequisites.map((oid) => `-${oid} `),
    ...[...refs].map(([name, oid]) => `${oid} ${name}`),
  ];
  return `${lines.join('\n')}\n\n`;
}
