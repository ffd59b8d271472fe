import { History, type Judged } from '@covey/conversation';
import { type GitObject, type ObjectReader, type Oid, readCommit } from '@covey/git-objects';
import { TEST_CRYPTO } from '../test-crypto.ts';

/**
 * A draft that keeps the last commit which it refused. The program throws such a commit away; a dishonest
 * device doesn't.
 */
export class Witness extends History {
  #refused: { readonly oid: Oid; readonly object: GitObject } | undefined;

  constructor(base: History) {
    super(TEST_CRYPTO, { profile: base.profile }, base);
  }

  /** The refused commit, if it is no merge: those are tried in front of it. */
  get refused(): { readonly oid: Oid; readonly object: GitObject } | undefined {
    return this.#refused;
  }

  override async judge(oid: Oid, reader: ObjectReader): Promise<Judged> {
    const judged = await super.judge(oid, reader);
    const object = 'broken' in judged ? await reader.read(oid) : undefined;
    if (object && !isMerge(object)) this.#refused = { oid, object };
    return judged;
  }
}

function isMerge({ bytes }: GitObject): boolean {
  return (readCommit(bytes).commit?.parents.length ?? 0) > 1;
}
