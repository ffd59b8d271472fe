import { RULES, RULES_FOR_EVERY_COMMIT, type Rule } from '@covey/conversation';

/** Judged where trees are read, not in the tables: a device without this rule has a reader that takes any. */
export const TREE_RULE = 'every-commit/tree';

/** Rules that stand behind others in `strict`: with these off on all devices they have something to say. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  'merge/two-parents': ['every-commit/form'],
  'initial/changes-nothing-later': ['initial/is-the-root'],
};

/** Ids of all rules, each once. */
export function ruleIds(): readonly string[] {
  return [...tables().keys()];
}

/**
 * Switches a rule off, on those devices that `isWithout` names by their turn; and on all devices the rules before it
 * that would have the first word. Returns how to switch all on again.
 */
export function switchOff(id: string, isWithout: () => boolean): () => void {
  const masks = BEHIND[id] ?? [];
  const undo = [
    replaced(id, (holds) => isWithout() || holds()),
    ...masks.map((mask) => replaced(mask, () => true)),
  ];
  return () => {
    for (const back of undo) back();
  };
}

/** Lets a rule hold when `decides` says so, which may ask the rule itself. */
function replaced(id: string, decides: (holds: () => boolean) => boolean): () => void {
  const rule = tables().get(id);
  if (!rule) throw new Error(`no rule ${id}`);
  const breaks = rule.breaks;
  rule.breaks = (facts) => {
    let found: ReturnType<Rule['breaks']>;
    const holds = () => {
      found = breaks.call(rule, facts);
      return found === undefined;
    };
    return decides(holds) ? undefined : found;
  };
  return () => {
    rule.breaks = breaks;
  };
}

function tables(): ReadonlyMap<string, Rule> {
  const rules = [...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()];
  return new Map(rules.map((rule) => [rule.id, rule]));
}
