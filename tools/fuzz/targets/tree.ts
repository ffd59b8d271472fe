import { concatBytes, equalBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { parseOid, readTree, readTreeLoosely, writeTree } from '@covey/git-objects';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';

const OIDS = ['ab', '01', 'ff'].map((digits) => parseOid(digits.repeat(20)));
const MODES = ['100644', '40000', '100644', '40000', '040000', '100755', '120000', '160000'].concat(
  ['0', '100664', '1', '07777777', ''],
);
const NAMES = ['admins', 'members', 'a', 'b', 'A', 'a.b', 'a-b', 'profile.vcf', '.git', 'git~1']
  .concat(['..', '.', '', 'con', 'a/b', 'é', 'e\u0301', 'a\\b', '.gitmodules', 'x'.repeat(129)])
  .concat(['nul.txt', '\u200c.git', 'a.', '-', '_']);

/** The strict reader of trees against its writer and against the lenient reader. */
export function open(): FuzzTarget {
  const [oid] = OIDS;
  if (!oid) throw new Error('the list above has ids');
  return {
    seeds: [
      writeTree([{ mode: '100644', name: 'profile.vcf', oid }]),
      writeTree([
        { mode: '40000', name: 'admins', oid },
        { mode: '40000', name: 'devices', oid },
        { mode: '100644', name: `${'c0'.repeat(32)}.crt`, oid },
      ]),
      writeTree(
        Array.from({ length: 300 }, (_, at) => ({ mode: '100644', name: `f${at}`, oid }) as const),
      ),
    ],
    corpora: [
      { name: 'git-bad-objects' },
      { name: 'libgit2-fuzz' },
      { name: 'file-names', texts: true },
    ],
    dictionary: [...words(...MODES, ...NAMES, '100644 ', '40000 ', '\0'), new Uint8Array(20)],
    generate,
    run,
  };
}

function generate(chance: Chance): Uint8Array {
  const entries = Array.from({ length: chance.below(6) }, () => ({
    mode: chance.pick(MODES) ?? '',
    name: chance.pick(NAMES) ?? '',
    id: chance.oneIn(20) ? chance.bytes(20) : new Uint8Array(20).fill(chance.below(256)),
  }));
  if (!chance.oneIn(4)) entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return concatBytes(...entries.flatMap(({ mode, name, id }) => [utf8(`${mode} ${name}\0`), id]));
}

function run(input: Uint8Array): unknown {
  const { entries: loose, defects } = readTreeLoosely(input);
  let entries: ReturnType<typeof readTree>;
  try {
    entries = readTree(input);
  } catch (reason) {
    promise(!CoveyError.is(reason) || defects.length > 0, 'both readers agree on what is refused');
    throw reason;
  }
  promise(defects.length === 0, 'both readers agree on what is accepted');
  promise(loose.length === entries.length, 'both readers see the same entries');
  promise(equalBytes(writeTree(entries), input), 'an accepted tree is written as it was read');
  return entries;
}
