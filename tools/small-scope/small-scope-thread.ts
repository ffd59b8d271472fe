// A share of a search: see `main.ts`.
import { parentPort, workerData } from 'node:worker_threads';
import { SCOPES, survey } from '@covey/testkit/small-scope';
import type { SmallScopeJob } from './small-scope-job.ts';

// What `main.ts` starts this file with.
const { scope: name, operations, nth, of, until } = workerData as SmallScopeJob;
const scope = SCOPES.find((one) => one.name === name);
if (!scope) throw new Error(`no scope ${name}`);
const isOver = () => Date.now() > until;
parentPort?.postMessage(await survey(scope, { operations, share: { nth, of }, isOver }));
