import type { Checker } from '../ending.ts';
import { causalOrder, noDuplicates, sameState } from './agreement.ts';
import { allEqual, nothingLeft, withinBudget } from './liveness.ts';
import { modelAgrees } from './reference.ts';
import { adminRemains, banHolds, nothingLost } from './safety.ts';

/** What must hold at the end of every simulation. Another promise is another line here. */
export const CHECKERS: readonly Checker[] = [
  sameState,
  nothingLost,
  banHolds,
  adminRemains,
  causalOrder,
  noDuplicates,
  modelAgrees,
  allEqual,
  withinBudget,
  nothingLeft,
];
