import type { History } from '@covey/conversation';

/** What production makes of the bytes of a commit before it judges it. */
export type Prepared = Parameters<History['judgePrepared']>[0];
