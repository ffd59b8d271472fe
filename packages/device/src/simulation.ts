/** The parts of the runtime that a simulation puts together by itself, with ports of its own. */
export type { AccountContext } from './account-context.ts';
export { AccountRuntime } from './account-runtime.ts';
export { ConversationRuntime, type Fetched, headsIn } from './conversation-runtime.ts';
export { Exchange } from './exchange.ts';
export { LocalAccount } from './local-account.ts';
export { writerOf } from './writer.ts';
