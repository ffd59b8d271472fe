import type { Attempt } from './attempt.ts';
import { RULE_ATTEMPTS } from './index.ts';
import { judgeVector } from './judge-vector.ts';
import { type Forged, PLACES, Scene } from './scene.ts';
import { packReachable, type RuleVector, writeFile } from './vector-file.ts';

const ABOUT =
  'Commits that keep or break the rules of this kind. See vectors/README.md; the rules: docs/protocol/rules.md.';

/** Name of the file of vectors of a rule, without its folder: one for each kind of commit. */
const fileOf = (rule: string) => `${rule.split('/')[0]}.json`;

/** Forges every vector: name of the file -> what it holds. Takes a while; the same each time. */
export async function makeRuleVectors(
  isWanted: (file: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, { vectors: RuleVector[]; objects: Map<string, string> }>();
  for (const [rule, { truths, lies }] of Object.entries(RULE_ATTEMPTS)) {
    const name = fileOf(rule);
    if (!isWanted(name)) continue;
    const file = files.get(name) ?? { vectors: [], objects: new Map<string, string>() };
    files.set(name, file);
    for (const [at, attempt] of [...truths, ...lies].entries()) {
      const forged = await forge(attempt, at);
      const vector = await vectorOf(rule, attempt, forged);
      file.vectors.push(vector);
      await packReachable([vector.commit, ...(vector.given ?? [])], forged.store, file.objects);
    }
  }
  return new Map(
    [...files].map(([name, { vectors, objects }]) => [
      name,
      writeFile({ about: ABOUT, vectors, objects: Object.fromEntries(objects) }),
    ]),
  );
}

/** Each at another place than the one before. */
function forge({ make, places = PLACES, profile }: Attempt, at: number): Promise<Forged> {
  return make(new Scene(places[at % places.length] ?? 'set-up', profile));
}

async function vectorOf(rule: string, { name }: Attempt, forged: Forged): Promise<RuleVector> {
  const { profile, root, commit, beside, store } = forged;
  const given = beside.length > 0 ? { given: beside } : {};
  const vector = { rule, name, profile, conversation: root, ...given, commit };
  const judged = await judgeVector({ ...vector, expect: 'accepted' }, store);
  if (typeof judged === 'object' && 'broken' in judged) {
    throw new Error(`${rule}, ${name}: what it stands on is refused: ${JSON.stringify(judged)}`);
  }
  return { ...vector, expect: judged };
}
