import { concatBytes, utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import {
  cleanName,
  commitPayload,
  type GitObject,
  isEntryName,
  type ObjectType,
  type Oid,
  oidOf,
  parseOid,
  readTree,
  signedCommit,
  type TreeEntry,
  writeTree,
} from '../src/index.ts';
import type { Chance } from './chance.ts';
import { COMMIT_MUTATIONS } from './commit-mutations.ts';
import { rawTree, TREE_MUTATIONS } from './tree-mutations.ts';

/** What the generator meant an object to be. */
export type Intent = 'valid' | 'near' | 'wild';

/** An object, its id, and how it came about. */
export interface GeneratedObject {
  readonly oid: Oid;
  readonly object: GitObject;
  readonly intent: Intent;
  /** For `near`: the one mutation that was made. */
  readonly mutation?: string;
}

/** Links go to older objects often, but not always: a history with holes is well formed all the same. */
const POOL = 500;
/**
 * Links to objects that nobody has. What was changed by chance may name a folder as a file; from then on Git takes
 * that object for a file wherever it stands, and blames the innocent.
 */
const ALONE = true;
const NAME_LETTERS = 'ab01AB_-zé¡ß漢字🦊 .,;:\'"\\&ا\u00a0';
const BODY_LETTERS = 'abc ABC 0123 {}[]":,\n\t\u007f é漢🦊\u202e<>\\/\u00a0';
const SOUP = [
  'tree',
  'parent',
  'author',
  'committer',
  'signature',
  ' ',
  ' ',
  '\n',
  '\n',
  '\n\n',
  '<',
  '>',
];

/** Objects without end; the same ones for the same chance. */
export class ObjectGenerator {
  readonly #chance: Chance;
  readonly #known: Readonly<Record<ObjectType, Oid[]>> = { commit: [], tree: [], blob: [] };

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  next(): GeneratedObject {
    const draw = this.#chance.next();
    const type = draw < 0.45 ? 'commit' : draw < 0.9 ? 'tree' : 'blob';
    const intent = this.#intent();
    if (type === 'blob') return this.#done({ type, bytes: this.#blob() }, 'valid');
    if (intent === 'valid') return this.#done(this.validObject(type), intent);
    if (intent === 'wild') return this.#done(this.#wildObject(type), intent);
    return type === 'commit' ? this.#nearCommit() : this.#nearTree();
  }

  /** An object that no reader has a reason to refuse. */
  validObject(type: ObjectType): GitObject {
    if (type === 'commit') return { type, bytes: this.#commit() };
    if (type === 'tree') return { type, bytes: writeTree(this.#entries()) };
    return { type, bytes: this.#blob() };
  }

  #intent(): Intent {
    const draw = this.#chance.next();
    return draw < 0.3 ? 'valid' : draw < 0.85 ? 'near' : 'wild';
  }

  #done(object: GitObject, intent: Intent, mutation?: string): GeneratedObject {
    const oid = oidOf(object, nodeDigests);
    const known = this.#known[object.type];
    if (intent === 'valid') known[known.length % POOL] = oid;
    return { oid, object, intent, ...(mutation !== undefined && { mutation }) };
  }

  #link(type: ObjectType, alone = false): Oid {
    const known = this.#known[type];
    if (!alone && known.length > 0 && !this.#chance.isOneIn(4)) return this.#chance.pick(known);
    return parseOid(this.#chance.hex(40));
  }

  #commit(alone = false): Uint8Array {
    const chance = this.#chance;
    const email = chance.hex(64);
    const parents = Array.from({ length: chance.between(0, 2) }, () => this.#link('commit', alone));
    const payload = commitPayload({
      tree: this.#link('tree', alone),
      parents: [...new Set(parents)],
      person: {
        name: cleanName(chance.text(NAME_LETTERS, 0, chance.pick([3, 12, 140])), email),
        email,
        time: chance.pick([0, 1, 1_700_000_000, 253_402_300_799, chance.between(0, 2 ** 37)]),
        zone: chance.pick(['+0000', '-0000', '-1200', '+1400', '+0530', '-0001', '+1359']),
      },
      message: chance.text(BODY_LETTERS, 1, chance.isOneIn(20) ? 3000 : 80),
    });
    const signature = Buffer.from(chance.bytes(chance.pick([64, 64, 64, 1, 2, 512])));
    return signedCommit(payload, signature.toString('base64'));
  }

  #entries(alone = false): readonly TreeEntry[] {
    const chance = this.#chance;
    const entries = new Map<string, TreeEntry>();
    const wanted = chance.pick([1, 2, 3, 4, 5, 6, chance.between(1, 30)]);
    // Few letters: names that are beginnings of each other are where orders go wrong.
    const letters = chance.pick(['ab.-0', 'abcdefghij.-_0123456789', 'aAbB._-']);
    for (let tries = 0; entries.size < wanted && tries < 200; tries++) {
      const name = chance.text(letters, 1, chance.isOneIn(20) ? 128 : chance.pick([2, 4, 12]));
      if (!isEntryName(name)) continue;
      const isFolder = chance.isOneIn(3);
      entries.set(name.toLowerCase(), {
        mode: isFolder ? '40000' : '100644',
        name,
        oid: this.#link(isFolder ? 'tree' : 'blob', alone),
      });
    }
    if (entries.size > 0) return [...entries.values()];
    return [{ mode: '100644', name: 'a', oid: this.#link('blob') }];
  }

  #blob(): Uint8Array {
    return this.#chance.bytes(this.#chance.pick([0, 1, 10, 100, this.#chance.between(1, 1000)]));
  }

  #nearCommit(): GeneratedObject {
    const chance = this.#chance;
    const mutation = chance.pick(Object.keys(COMMIT_MUTATIONS));
    const text = new TextDecoder().decode(this.#commit(ALONE));
    const changed = COMMIT_MUTATIONS[mutation]!(text, chance); // one of its keys
    const bytes = typeof changed === 'string' ? utf8(changed) : changed;
    return this.#done({ type: 'commit', bytes }, 'near', mutation);
  }

  #nearTree(): GeneratedObject {
    const chance = this.#chance;
    const mutation = chance.pick(Object.keys(TREE_MUTATIONS));
    const entries = readTree(writeTree(this.#entries(ALONE)));
    const changed = TREE_MUTATIONS[mutation]!(entries, chance); // one of its keys
    const bytes = changed instanceof Uint8Array ? changed : rawTree(changed);
    return this.#done({ type: 'tree', bytes }, 'near', mutation);
  }

  #wildObject(type: 'commit' | 'tree'): GitObject {
    const chance = this.#chance;
    if (chance.isOneIn(5)) return { type, bytes: chance.bytes(chance.between(1, 200)) };
    return { type, bytes: type === 'commit' ? this.#wildCommit() : this.#wildTree() };
  }

  /** The words of the grammar in any order, or the start of one commit and the end of another. */
  #wildCommit(): Uint8Array {
    const chance = this.#chance;
    if (chance.isOneIn(2)) {
      const [one, other] = [this.#commit(ALONE), this.#commit(ALONE)];
      const start = one.subarray(0, chance.between(0, one.length));
      return concatBytes(start, other.subarray(chance.between(0, other.length)));
    }
    const words = [...SOUP, chance.hex(40), `Al <${chance.hex(64)}> 17 +0000`, 'c2ln'];
    return utf8(Array.from({ length: chance.between(1, 30) }, () => chance.pick(words)).join(''));
  }

  /** Well framed entries, whose order only chance can have got right. */
  #wildTree(): Uint8Array {
    const chance = this.#chance;
    const modes = chance.pick([
      ['100644', '40000'],
      ['100644', '40000', '100755', '120000', '160000', '0100644', '100664'],
    ]);
    const letters = chance.pick(['ab', 'ab.0-', 'aA./\\\u0001é']);
    return rawTree(
      Array.from({ length: chance.between(1, 5) }, () => ({
        mode: chance.pick(modes),
        name: chance.text(letters, 1, 3),
        oid: chance.hex(40),
      })),
    );
  }
}
