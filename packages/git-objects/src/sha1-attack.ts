import { AttackSearch } from './sha1-attack-search.ts';
import { collidesByVector } from './sha1-partner.ts';
import { suspectedVectors } from './sha1-suspects.ts';

/**
 * One for all calls, as its scratch space costs more than most objects take: a search is synchronous, calls nobody
 * else's code, and reads nothing of the search before it.
 */
const SEARCH = new AttackSearch({ suspects: suspectedVectors, collides: collidesByVector });

/**
 * Tells whether SHA-1 over these parts one after another passes through a block that was made to collide: of two
 * messages with the same SHA-1, each is found without the other. It finds every attack by one of 32 disturbance
 * vectors, as all were that anybody has shown so far, on full SHA-1 or on fewer steps; others it may miss. A message by
 * chance is taken for an attack with a probability below 2^-90. The digest is not computed; the cost is linear, and at
 * the worst (bytes chosen to be suspected of 12 vectors in every block) some ten times the usual.
 *
 * Marc Stevens, "Counter-cryptanalysis" (CRYPTO 2013), sped up by Marc Stevens and Daniel Shumow, "Speeding up
 * detection of SHA-1 collision attacks using unavoidable attack conditions" (USENIX Security 2017).
 */
export function isCollisionAttack(...parts: readonly Uint8Array[]): boolean {
  return SEARCH.isFoundIn(parts);
}
