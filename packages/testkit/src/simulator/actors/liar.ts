import { repertoire } from '../repertoire.ts';
import type { Actor } from './actor.ts';

/** Lies at one go: more would only make the seeds slower. */
const AT_ONCE = 1;

/** Founds groups of its own, in which it breaks a rule, and shows them to everybody. */
export const liar: Actor = async ({ device, chance, about }) => {
  const { network } = device.around;
  const fitting = repertoire().filter(({ rule }) => about === undefined || rule === about);
  for (const lie of chance.shuffled(fitting).slice(0, AT_ONCE)) {
    for (const host of network.hosts) {
      if (host !== device) network.send(device, host, () => void host.isTold(lie));
    }
  }
};
