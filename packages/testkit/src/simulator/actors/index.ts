import type { Actor } from './actor.ts';
import {
  backDater,
  bannedForker,
  equivocator,
  mergeSmuggler,
  usurper,
  voteReplayer,
} from './forkers.ts';
import { liar } from './liar.ts';
import { flooder, withholder } from './nuisances.ts';
import { poisoner } from './poisoner.ts';

/** Who does harm, and how. Another one is another line here. */
export const ACTORS = {
  poisoner,
  equivocator,
  withholder,
  flooder,
  liar,
  'back-dater': backDater,
  'banned forker': bannedForker,
  usurper,
  'merge smuggler': mergeSmuggler,
  'vote replayer': voteReplayer,
} as const satisfies Record<string, Actor>;

export type ActorName = keyof typeof ACTORS;
