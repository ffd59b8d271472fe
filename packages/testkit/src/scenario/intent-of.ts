import type { Intent } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { Cast } from './cast.ts';
import type { Player } from './player.ts';
import type { Deed } from './scenario.ts';

/** What stands for a commit that was never written: nothing has this id. */
const NO_COMMIT = '0'.repeat(40);

/** What the program is asked to write. `at` is the device on the parents that it will write on. */
export async function intentOf(
  deed: Exclude<Deed, { do: 'merge' }>,
  at: Player,
  cast: Cast,
  oidOf: (id: string) => Oid | undefined,
): Promise<Intent> {
  switch (deed.do) {
    case 'join':
    case 'leave':
      return { kind: deed.do };
    case 'text':
      return { kind: 'message', fields: { body: 'a text', type: 'text/plain' } };
    case 'edit': {
      const edit = oidOf(deed.of) ?? NO_COMMIT;
      return { kind: 'message', fields: { body: 'an edit', edit, type: 'text/plain' } };
    }
    case 'add':
      return { kind: 'add', uri: cast.uriOf(deed.target) };
    case 'vote':
    case 'resolve':
      return { kind: deed.do, action: deed.kind, target: cast.idOf(deed.target) };
    case 'profile':
      return { kind: 'profile', profile: { title: deed.title } };
    case 'revoke':
      return { kind: 'revoke', crl: await nextList(at, cast.player(deed.target)) };
  }
}

/** The account's next revocation list: it names this device, and earlier lists go on counting. */
function nextList({ account, history, uri }: Player, target: Player): Promise<Uint8Array> {
  let number = 0n;
  for (const { crl } of history.acts) {
    if (crl?.uri === uri && crl.number > number) number = crl.number;
  }
  return account.revoke(number + 1n, [target.writer]);
}
