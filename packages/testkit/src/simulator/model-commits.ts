import { type Charter, type Entry, layout } from '@covey/conversation';
import type { ModelCharter, ModelCommit } from '../reference-model/model.ts';
import type { SimulatedDevice } from './simulated-device.ts';

const KINDS: Readonly<Partial<Record<Entry['content']['kind'], ModelCommit['kind']>>> = {
  ...{ reply: 'text', reaction: 'text', call: 'text', file: 'text', unknown: 'text' },
};

/** What the reference model is told of a charter, and of devices that have not written. */
export function modelCharter(charter: Charter, devices: readonly SimulatedDevice[]): ModelCharter {
  return { ...charter, owners: new Map(devices.map(({ deviceId, uri }) => [deviceId, uri])) };
}

/**
 * What the reference model is told of commits: no bytes, no trees, nothing that the fast code has found out.
 * @param entries in display order
 * @param matters of the others each is left out, and so are merges that have nothing left to merge
 */
export function modelCommits(
  entries: readonly Entry[],
  matters: (entry: Entry) => boolean,
): ReadonlyMap<string, ModelCommit> {
  // A list names certificates. Of one that was never shown here nobody knows the device.
  const papers = entries.flatMap(({ act }) => act?.paper ?? []);
  const bySerial = new Map(papers.map(({ serial, device }) => [serial, device]));
  const commits = new Map<string, ModelCommit>();
  /** What is left of a commit and its ancestors: the highest of them. */
  const leftOf = new Map<Entry, Entry>();
  for (const entry of entries) {
    const parents = entry.parents.map((parent) => leftOf.get(parent) ?? parent);
    const [one, other] = parents;
    const only = other === undefined || other === one ? one : undefined;
    const isMerge = entry.content.kind === 'merge';
    const isLeftOut = only && !entry.act && (isMerge || !matters(entry));
    leftOf.set(entry, isLeftOut ? only : entry);
    const ids = parents.map(({ oid }) => oid);
    if (!isLeftOut) commits.set(entry.oid, modelCommit(entry, ids, bySerial));
  }
  return commits;
}

function modelCommit(
  entry: Entry,
  parents: readonly string[],
  bySerial: ReadonlyMap<string, string>,
): ModelCommit {
  const { oid, uri, device, content, act } = entry;
  const { uri: target, action, edit } = content.fields as Record<string, string | undefined>;
  const kind = KINDS[content.kind] ?? (content.kind as ModelCommit['kind']); // All others have one name in both.
  const brings = act?.changes.some(({ path }) => path === layout.devicePath(device)) ?? false;
  const revokes = [...(act?.crl?.revoked ?? [])].map((serial) => bySerial.get(serial) ?? serial);
  return {
    ...{ id: oid, parents, account: uri, device, kind },
    ...(target === undefined || content.type === 'text/plain' ? {} : { target }),
    ...(kind === 'vote' ? { action: action as 'ban' } : {}), // Judged by vote/message-and-path-agree.
    ...(kind === 'edit' && edit !== undefined ? { of: edit } : {}),
    ...(revokes.length > 0 ? { revokes } : {}),
    ...(brings && kind !== 'leave' ? { brings } : {}),
  };
}
