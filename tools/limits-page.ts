import { DEFAULT_PACK_LIMITS } from '@covey/git-objects';
import { DEFAULT_LIMITS, type PeerLimits } from '@covey/peer-channel';

const HEAD = `# Limits

<!-- Generated from packages/git-objects/src/pack-limits.ts and packages/peer-channel/src/limits.ts by \`npm run generate\`. -->

The same on every device of a version. None of them decides whether a commit is valid: they bound what is taken at once.
A history of any length is fetched in slices (about 8 MiB, 12 000 objects and 2 000 commits at most), so none is too long to join.
One slice may take two minutes; after that the next one is asked for in a quarter of the size. The thread that reads its pack may be silent
for ten seconds; after that it is ended, and nothing of the pack is kept.

## One fetch

| what | limit |
|---|---|
`;

const MEANINGS: Readonly<Record<keyof PeerLimits, string>> = {
  handshakeMs: 'from the first byte until the other side is known',
  callMs: 'one call',
  stallMs: 'a fetch that brings nothing, a reader that reads nothing',
  fetchMs: 'a whole fetch',
  visitMs: 'a connection that opens no channel',
  goodbyeMs: 'between the last word and the end',
  crossingMs: 'two connections of one pair count as dialed at once',
  keepaliveMs: 'between two signs of life',
  keepaliveTimeoutMs: 'a sign of life that is not answered',
  inviteBytes: 'what a stranger may send',
  messageBytes: 'one message between devices that may talk',
  headerListBytes: 'HTTP/2 headers',
  sessionMemoryMegabytes: 'memory of one HTTP/2 session',
  strangerStreams: 'streams of a stranger’s connection',
  peerStreams: 'streams of a peer’s connection',
  streamsPerConnection: 'streams of a connection in its life',
  streamResets: 'streams that are reset at once',
  ballastBytes: 'bytes of a connection that are no message, at once',
  ballastRefillBytes: 'of these, each second',
  ballastMs: 'how often they are counted',
  framesAtOnce: 'frames of a channel that are taken at once',
  framesMs: 'until as many more are taken',
  callsServedAtOnce: 'calls of one peer that are answered at once',
  refusalsUnread: 'refused calls of which the caller has not yet read so',
  callsMadeAtOnce: 'calls to one peer that are under way',
  callsWaiting: 'calls to one peer that wait',
  halfOpen: 'connections that have shown no papers',
  halfOpenPerAddress: 'of these, from one address',
  connections: 'connections',
  connectionsPerAddress: 'connections from one address',
  connectionsPerDevice: 'connections of one device',
  inviteBurst: 'calls of strangers at once, per address and per device',
  inviteRefillMs: 'until one more is allowed',
  reconcileBurst: 'times resolutions are asked for at once, per address and per device',
  reconcileRefillMs: 'until one more is allowed',
};

/** `docs/protocol/limits.md`: every bound that others can run into. */
export function limitsPage(): string {
  const { maxPackBytes, maxObjects, maxObjectBytes, maxInflatedBytes, maxDeltaDepth } =
    DEFAULT_PACK_LIMITS;
  const fetch = [
    ['pack, received', bytes(maxPackBytes)],
    ['objects', grouped(maxObjects)],
    ...Object.entries(maxObjectBytes).map(([type, limit]) => [`one ${type}`, bytes(limit)]),
    ['all objects, inflated', bytes(maxInflatedBytes)],
    ['delta depth', String(maxDeltaDepth)],
  ];
  const channel = Object.entries(DEFAULT_LIMITS).map(([name, limit]) => {
    const meaning = MEANINGS[name as keyof PeerLimits]; // The keys are those of PeerLimits.
    return [`${meaning} (\`${name}\`)`, amount(name, limit)];
  });
  return `${HEAD}${rows(fetch)}\n## Connections\n\n| what | limit |\n|---|---|\n${rows(channel)}`;
}

const rows = (list: readonly (readonly (string | undefined)[])[]): string =>
  list.map((cells) => `| ${cells.join(' | ')} |\n`).join('');

function amount(name: string, limit: number): string {
  if (name.endsWith('Ms')) return `${limit / 1000} s`;
  if (name.endsWith('Bytes')) return bytes(limit);
  return name.endsWith('Megabytes') ? `${limit} MB` : grouped(limit);
}

function bytes(count: number): string {
  const mebibytes = count / (1024 * 1024);
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${count / 1024} KiB`;
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
