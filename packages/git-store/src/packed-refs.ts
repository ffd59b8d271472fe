import { utf8 } from '@covey/codec';
import { isOid, type Oid, type Refs } from '@covey/git-objects';

/** Git trusts the order that this line promises, and peels nothing: there are no tags. */
const HEADER = '# pack-refs with: peeled fully-peeled sorted \n';

/** Reads a `packed-refs` file. `undefined` when a line cannot be read or is cut short. Peeled tags are passed over. */
export function readPackedRefs(text: string): Refs | undefined {
  if (text !== '' && !text.endsWith('\n')) return undefined;
  const refs = new Map<string, Oid>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('^')) continue;
    const oid = line.slice(0, 40);
    const name = line.slice(41);
    if (!isOid(oid) || line[40] !== ' ' || !name.startsWith('refs/')) return undefined;
    if (refs.has(name)) return undefined;
    refs.set(name, oid);
  }
  return refs;
}

/** The bytes of a `packed-refs` file, in the order that Git searches it by. */
export function writePackedRefs(refs: Refs): Uint8Array {
  const lines = [...refs].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return utf8(HEADER + lines.map(([name, oid]) => `${oid} ${name}\n`).join(''));
}
