export { type Batch, type BatchOptions, simulateMany } from './batch.ts';
export { mutantNames } from './mutants.ts';
export { ruleIds } from './rule-switch.ts';
export { type Counts, type Outcome, type SimulateOptions, simulate } from './simulate.ts';
