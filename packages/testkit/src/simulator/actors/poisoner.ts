import { layout } from '@covey/conversation';
import type { Forgery } from '../../forge.ts';
import { simulatedSigner } from '../simulated-crypto.ts';
import { type Actor, resolution, type Turn, text, vote } from './actor.ts';

const NOBODY = simulatedSigner('nobody');

/** Lies about one's own last word; each breaks a rule. */
const LIES: readonly ((turn: Turn) => Forgery)[] = [
  () => ({ message: text('somebody else signs this'), signer: NOBODY }),
  () => ({ message: text('unsigned'), signature: null }),
  () => ({ message: text('x'), headers: (lines) => [...lines, 'encoding UTF-8'] }),
  () => ({ message: text('x'), committer: { name: 'somebody else' } }),
  () => ({ message: '{"body":"a","body":"b","type":"text/plain"}' }),
  () => ({ message: { type: 'party' } }),
  ({ device }) => ({
    message: text('and I am an admin now'),
    files: { [layout.adminPath(device.uri)]: device.player.writer.chainPem },
  }),
  ({ device }) => ({ message: text('x'), author: { email: `${device.deviceId.slice(2)}00` } }),
  ({ ordered }) => ({ message: text('mine now', { edit: ordered[0]?.oid ?? '' }) }),
  () => ({ message: text('an answer to nothing', { 'reply-to': 'ab'.repeat(20) }) }),
  ({ state, chance, device }) => {
    const target = chance.pick([...state.admins, ...state.names('members/', '.crt')]) ?? device.uri;
    return {
      message: resolution('remove', target),
      files: { [layout.memberPath(target)]: undefined },
    };
  },
  ({ device }) => ({
    message: { type: 'application/update-profile' },
    files: { [layout.PROFILE_PATH]: 'no vCard', [layout.invitedPath(device.uri)]: '' },
  }),
  ({ state, device }) => {
    const target = state.admins.find((uri) => uri !== device.uri) ?? device.uri;
    const path = layout.votePath('ban', 'admins', target, state.admins[0] ?? target);
    return { message: vote('ban', target), files: { [path]: 'with a reason' } };
  },
];

/** Puts commits that break a rule on top of good ones, its own and those of others. */
export const poisoner: Actor = async (turn) => {
  const { device, chance } = turn;
  const lie = chance.pick(LIES);
  if (!lie) return;
  // In good company: what comes with it must not be lost for others.
  const good = chance.happens(0.5)
    ? [await device.forge({ message: text('innocent') })]
    : undefined;
  const forgery = lie(turn);
  const bad = await device.forge({ ...(good ? { parents: good } : {}), ...forgery });
  const top = chance.happens(0.3)
    ? await device.forge({ message: text('on top'), parents: [bad] })
    : bad;
  device.announce(chance.happens(0.5) ? [top] : [...device.runtime.heads, top]);
};
