export { type Outcome, simulate } from './simulate.ts';
