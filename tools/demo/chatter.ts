import type { Message } from '@covey/device';
import type { DemoDevice, Saying } from './demo-device.ts';

/** What was said, and acknowledged by the daemons. */
export interface Said {
  readonly ids: ReadonlySet<string>;
  readonly texts: number;
  readonly replies: number;
  readonly reactions: number;
  readonly edits: number;
}

type Kind = 'texts' | 'replies' | 'reactions' | 'edits';

/** Of ten things that somebody says. */
const TEN: readonly Kind[] = [
  'texts',
  'texts',
  'replies',
  'texts',
  'reactions',
  'texts',
  'edits',
  'texts',
  'replies',
  'reactions',
];
const FACES = ['👍', '❤️', '😀', '🎉'];

/** All devices talk at once, each so many times, about what they have received up to then. */
export async function chat(
  devices: readonly DemoDevice[],
  conversationId: string,
  each: number,
): Promise<Said> {
  const ids = new Set<string>();
  const counts = { texts: 0, replies: 0, reactions: 0, edits: 0 };
  await Promise.all(
    devices.map(async (device) => {
      for (let n = 0; n < each; n++) {
        const { kind, saying } = next(device, conversationId, n);
        ids.add(await device.say(conversationId, saying));
        counts[kind] += 1;
      }
    }),
  );
  return { ids, ...counts };
}

function next(
  device: DemoDevice,
  conversationId: string,
  n: number,
): { kind: Kind; saying: Saying } {
  const texts = textsKnownTo(device, conversationId);
  const heard = texts.findLast(({ device: by }) => by !== device.account.deviceId)?.id;
  // An edit by one of an account's devices of what another one wrote is as good as by the same.
  const own = texts.findLast(({ author }) => author === device.account.uri)?.id;
  const kind = TEN[n % TEN.length] ?? 'texts';
  if (kind === 'replies' && heard !== undefined) {
    return { kind, saying: { body: `${device.name} answers, ${n}`, replyTo: heard } };
  }
  if (kind === 'reactions' && heard !== undefined) {
    return { kind, saying: { body: FACES[n % FACES.length] ?? '👍', reactTo: heard } };
  }
  if (kind === 'edits' && own !== undefined) {
    return { kind, saying: { body: `${device.name} thinks again, ${n}`, edit: own } };
  }
  return { kind: 'texts', saying: { body: `${device.name} says ${n}` } };
}

/** In the order in which they came. */
function textsKnownTo({ events }: DemoDevice, conversationId: string): readonly Message[] {
  return events.seen
    .filter(({ name, payload }) => {
      return name === 'MessageReceived' && payload['conversationId'] === conversationId;
    })
    .map(({ payload }) => payload['message'] as Message) // as this event brings it
    .filter(({ type }) => type === 'text/plain')
    .filter(({ fields }) => !('react-to' in fields || 'edit' in fields));
}
