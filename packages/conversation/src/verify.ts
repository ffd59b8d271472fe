import { ownText } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type ObjectReader, type Oid, readCommit, readCommitLinks } from '@covey/git-objects';
import { stateDigest } from './digest.ts';
import type { Mode, Profile } from './facts.ts';
import { devicesOf, GroupState, rolesOf } from './group-state.ts';
import { History } from './history.ts';
import { type CommitKind, readContent } from './kinds.ts';
import { devicePath } from './layout.ts';
import { type Crypto, mustRead } from './papers.ts';
import { CHECKED_AHEAD, isBreak, type Prepared, type PrepareOptions, prepare } from './prepare.ts';
import type { Break } from './rule.ts';

/** The verdict on a whole history, as `covey verify --json` prints it. */
export interface Report {
  readonly valid: boolean;
  readonly profile: Profile;
  readonly conversation: string;
  readonly mode: Mode | null;
  readonly commits: number;
  readonly kinds: Readonly<Partial<Record<CommitKind, number>>>;
  readonly heads: readonly Oid[];
  readonly members: readonly { readonly uri: string; readonly role: string }[];
  readonly devices: readonly { readonly deviceId: string; readonly uri: string }[];
  readonly stateDigest: string;
  readonly broken?: Break & { readonly commit: Oid };
  readonly deviations: readonly { readonly rule: string; readonly commit: Oid }[];
}

export interface VerifyOptions {
  readonly profile: Profile;
  /** Called after each judged commit. */
  readonly progress?: (judged: number, all: number) => void;
}

/** Judges all that `heads` reach, oldest first, until a rule is broken. */
export async function verifyHistory(
  heads: readonly Oid[],
  reader: ObjectReader,
  crypto: Crypto,
  { profile, progress }: VerifyOptions,
): Promise<Report> {
  const history = new History(crypto, { profile });
  const kinds: Partial<Record<CommitKind, number>> = {};
  const order = await collect(heads, reader, (bytes) => {
    const { commit } = readCommit(bytes);
    const kind = commit ? readContent(commit.message, commit.parents.length).kind : 'unknown';
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  });
  const broken = await judgeAll(order, history, reader, progress);
  const { tree, state } =
    history.size > 0
      ? await history.resolved(reader)
      : { tree: undefined, state: GroupState.EMPTY };
  const reached = history.heads.map(({ oid }) => oid);
  const mode = history.charter?.mode ?? null;
  return {
    valid: broken === undefined,
    profile,
    conversation: history.root?.oid ?? '',
    mode,
    commits: order.length,
    kinds,
    heads,
    members: withLeft(rolesOf(state), history),
    devices: await ownersOf(state, history, reader),
    stateDigest: tree === undefined ? '' : stateDigest(tree, reached, crypto.digests),
    ...(broken ? { broken } : {}),
    deviations: [...history.entries()].flatMap(({ oid, deviations }) =>
      deviations.map(({ rule }) => ({ rule, commit: oid })),
    ),
  };
}

/** In mode 0 an initial member who is found nowhere has left (jami-format.md 1.2). */
function withLeft(roles: readonly { uri: string; role: string }[], { charter }: History) {
  if (charter?.mode !== 0) return roles;
  const initial = [charter.creator, charter.invited ?? charter.creator];
  const gone = [...new Set(initial)].filter((uri) => !roles.some((role) => role.uri === uri));
  return [...roles, ...gone.map((uri) => ({ uri, role: 'left' }))];
}

async function ownersOf(state: GroupState, { papers }: History, reader: ObjectReader) {
  const devices: { deviceId: string; uri: string }[] = [];
  for (const deviceId of devicesOf(state)) {
    const oid = state.files.get(devicePath(deviceId));
    const uri = oid === undefined ? undefined : await papers.ownerOf(oid, deviceId, reader);
    devices.push({ deviceId, uri: uri ?? '' });
  }
  return devices;
}

/** Every commit that the heads reach, parents before children, ties by id; `each` is shown the bytes of every one, in no order. */
export async function collect(
  heads: readonly Oid[],
  reader: ObjectReader,
  each?: (bytes: Uint8Array) => void,
): Promise<readonly Oid[]> {
  const parentsOf = new Map<Oid, readonly Oid[]>();
  const open = [...heads];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (parentsOf.has(oid)) continue;
    const { bytes } = await mustRead(oid, 'commit', reader);
    // Where the quick reader has failed, parents may be parts of a text, which would stay as long as these.
    const parents = (readCommitLinks(bytes)?.parents ?? []).map(ownText);
    parentsOf.set(oid, parents);
    each?.(bytes);
    open.push(...parents);
  }
  return inOrder(parentsOf);
}

/** Parents before children; iterative, for histories are long. */
export function inOrder(parentsOf: ReadonlyMap<Oid, readonly Oid[]>): readonly Oid[] {
  const children = new Map<Oid, Oid[]>();
  const waiting = new Map<Oid, number>();
  const ready: Oid[] = [];
  for (const [oid, parents] of parentsOf) {
    let within = 0;
    for (const parent of parents) {
      if (!parentsOf.has(parent)) continue;
      within++;
      const others = children.get(parent);
      if (others) others.push(oid);
      else children.set(parent, [oid]);
    }
    if (within === 0) ready.push(oid);
    else waiting.set(oid, within);
  }
  const order: Oid[] = [];
  // Breadth first: of equally old commits the lower id first.
  for (let layer = ready.sort(); layer.length > 0; ) {
    order.push(...layer);
    const next: Oid[] = [];
    for (const oid of layer) {
      for (const child of children.get(oid) ?? []) {
        const left = (waiting.get(child) ?? 0) - 1;
        waiting.set(child, left);
        if (left === 0) next.push(child);
      }
    }
    layer = next.sort();
  }
  return order;
}

/** Judges commits in the given order; stops at the first that breaks a rule and names it. */
export async function judgeAll(
  order: readonly Oid[],
  history: History,
  reader: ObjectReader,
  progress?: (judged: number, all: number) => void,
  options: PrepareOptions = {},
): Promise<(Break & { commit: Oid }) | undefined> {
  const ahead: Promise<Prepared | Break>[] = [];
  let started = 0;
  for (let judged = 0; judged < order.length; judged++) {
    for (; started < Math.min(order.length, judged + CHECKED_AHEAD); started++) {
      const preparing = prepare(order[started] as Oid, reader, history.papers, options);
      preparing.catch(() => {}); // Awaited below, in its turn.
      ahead.push(preparing);
    }
    const commit = order[judged] as Oid; // Within bounds by the loop.
    const prepared = await (ahead.shift() as Promise<Prepared | Break>);
    if (isBreak(prepared)) return { ...prepared, commit };
    const verdict = await history.judgePrepared(prepared, reader);
    if ('broken' in verdict) return { ...verdict.broken, commit };
    progress?.(judged + 1, order.length);
  }
  return undefined;
}

/** Thrown where a caller wants an exception for a refused commit of its own. */
export function refusal(broken: Break): CoveyError {
  const { rule, found, path } = broken;
  const where = path === undefined ? '' : `${path}: `;
  return new CoveyError('COMMIT_REFUSED', `${rule}: ${where}${found}`, {
    data: { rule, found, ...(path === undefined ? {} : { path }) },
  });
}
