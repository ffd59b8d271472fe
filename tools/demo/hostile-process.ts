// The hostile client as a process of its own. It takes the place of a device whose daemon does not run,
// and does what its parent tells it over IPC, one thing after another.
import { type Forgery, HostileClient } from '@covey/testkit/network';
import { DiskHousehold } from '../../services/peer/src/accounts/household.ts';

/** What it is told, and what it answers. */
export type HostileOrder =
  | { readonly do: 'take'; readonly dataFolder: string }
  | { readonly do: 'meet'; readonly address: string; readonly conversationId: string }
  | { readonly do: 'lie'; readonly lie: Lie; readonly about: string }
  | { readonly do: 'leave' };

/** `commit` is the id of what was forged. */
export interface HostileAnswer {
  readonly commit?: string;
  readonly failed?: string;
}

export type Lie = keyof typeof LIES;

/** What no honest program writes. All are signed with the member's own valid key, but for the last. */
const LIES = {
  /** A text that makes its author an admin. */
  'admin by text': ({ writer }: HostileClient): Forgery => ({
    message: { body: 'nothing to see here', type: 'text/plain' },
    files: { [`admins/${writer.uri}.crt`]: writer.chainPem },
  }),
  /** Puts words into another member's mouth. */
  'edit of another': (_: HostileClient, about: string): Forgery => ({
    message: { body: 'I never said that', edit: about, type: 'application/edited-message' },
  }),
  /** A signature over something else. */
  'false signature': (): Forgery => ({
    message: { body: 'trust me', type: 'text/plain' },
    signature: `${'A'.repeat(86)}==`,
  }),
};

let client: HostileClient | undefined;

process.on('message', (order: HostileOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (reason: unknown) => process.send?.({ failed: String(reason) }),
  );
});
// Nobody is left to tell it anything: it has nothing to stay for.
process.on('disconnect', () => process.exit());

async function obey(order: HostileOrder): Promise<HostileAnswer> {
  if (order.do === 'take') {
    const household = new DiskHousehold(order.dataFolder, () => new Date());
    const [account] = await household.accounts();
    if (!account) throw new Error('no account to take');
    client = await HostileClient.open(await account.papers());
    return {};
  }
  if (!client) throw new Error('nobody yet');
  switch (order.do) {
    case 'meet':
      await client.meet(order.address, order.conversationId);
      return {};
    case 'lie': {
      const parents = client.heads.slice(-1);
      const commit = await client.forge({ ...LIES[order.lie](client, order.about), parents });
      await client.offer([commit]);
      return { commit };
    }
    case 'leave':
      await client.close();
      return {};
  }
}
