export { type BanMatrix, banMatrix, type Conflict, type Win } from './ban-matrix/ban-matrix.ts';
export type { Decision } from './ban-matrix/council.ts';
export { type OldFork, oldForks } from './ban-matrix/old-parents.ts';
export { mergeSurveys } from './merge-surveys.ts';
export { SCOPES } from './scope.ts';
export { type Failure, type Survey, survey } from './survey.ts';
