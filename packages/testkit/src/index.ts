export { bundleOf } from './bundle.ts';
export { type Corpus, corpusNamed } from './corpora.ts';
export { type Clock, counterClock } from './counter-clock.ts';
export { type ForgedFile, type Forger, type Forgery, forgeCommit } from './forge.ts';
export {
  type GroupScript,
  groupScripts,
  type Played,
  play,
  type ScriptStep,
} from './group-script.ts';
export { fastestMs, filled, MEBI, MOST_MS } from './hostile-sizes.ts';
export { copyReachable, namedIn } from './reachable.ts';
export { runs } from './runs.ts';
export { deviceLike, type StageOptions, stage, sync } from './stage.ts';
export { ISSUED_AT, makeTestAccount, type TestAccount } from './test-account.ts';
export { TEST_CRYPTO, testRandom, testSigner } from './test-crypto.ts';
export { type PathChanges, type Received, TestDevice } from './test-device.ts';
