import { rolesOf } from '@covey/conversation';
import { type Meeting, meeting } from './meeting.ts';
import { type MailCount, mailsOf, type Remedy } from './note-model.ts';

/** What one way to add two people costs, in a group of one size. */
export interface Row {
  readonly members: number;
  readonly way: string;
  /** Without any remedy, one addition after the other. */
  readonly needed: Cost;
  /** Beyond that, one addition after the other. */
  readonly extraInBestCase: Cost;
  /** Beyond that, both at the same time. */
  readonly extraAtOnce: Cost;
  /** Members who don't know of all others in the end, when both are added at the same time. */
  readonly mistaken: number;
}

interface Cost {
  /** To the group: a mail or a commit. */
  readonly sent: number;
  /** To one: a copy of a mail, or an announcement. */
  readonly copies: number;
}

const REMEDIES = [
  ['none', 'no remedy'],
  ['correction', 'solution 1, whoever notices corrects'],
  ['correction by the two', 'solution 1, at its kindest'],
  ['changed with ttl', 'solution 2'],
] as const satisfies readonly (readonly [Remedy, string])[];

const SIZES = [4, 10, 50];

/** Links of each device in a group too large for all with all (requirements.md, NET-2). */
export const fewLinks = (members: number) => Math.max(3, Math.ceil(Math.log2(members)));

/** The note's ways by their model, ours by production's code: the same numbers in every run. */
export async function measureAll(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const members of SIZES) {
    for (const [remedy, way] of REMEDIES) rows.push(rowOfNote(members, remedy, way));
    rows.push(await rowOfOurs(members, fewLinks(members), 'Covey, each linked with a few'));
    rows.push(await rowOfOurs(members, members, 'Covey, all linked with all'));
  }
  return rows;
}

/** As it stands in docs/protocol/membership.md. */
export function tableOf(rows: readonly Row[]): string {
  const cell = ({ sent, copies }: Cost) => `${sent} / ${copies}`;
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['members', 'way', 'needed', 'extra, one by one', 'extra, at once', 'mistaken']),
    '|--:|---|--:|--:|--:|--:|',
    ...rows.map(({ members, way, needed, extraInBestCase, extraAtOnce, mistaken }) =>
      line([members, way, cell(needed), cell(extraInBestCase), cell(extraAtOnce), mistaken]),
    ),
  ].join('\n');
}

function rowOfNote(members: number, remedy: Remedy, way: string): Row {
  const bare = [mailsOf('none', members, false), mailsOf('none', members, true)] as const;
  const [best, atOnce] = [mailsOf(remedy, members, false), mailsOf(remedy, members, true)];
  return {
    ...{ members, way, needed: bare[0], mistaken: atOnce.mistaken },
    ...{ extraInBestCase: beyond(best, bare[0]), extraAtOnce: beyond(atOnce, bare[1]) },
  };
}

async function rowOfOurs(members: number, degree: number, way: string): Promise<Row> {
  const best = await countsOf(await meeting({ members, degree, atOnce: false }));
  const atOnce = await countsOf(await meeting({ members, degree, atOnce: true }));
  // Two invitations and two who accept: what is written besides is extra.
  const needed = { sent: 4, copies: best.copies };
  return {
    ...{ members, way, needed, mistaken: atOnce.mistaken },
    ...{ extraInBestCase: beyond(best, needed), extraAtOnce: beyond(atOnce, needed) },
  };
}

async function countsOf({ devices, commits, announcements }: Meeting): Promise<MailCount> {
  // The word that is said in the end is none of them; a merge in front of it is.
  const sent = Object.values(commits).reduce((sum, count) => sum + count, 0) - 1;
  let mistaken = 0;
  for (const { history, objects } of devices) {
    const { state } = await history.resolved(objects);
    const inside = rolesOf(state).filter(({ role }) => role === 'admin' || role === 'member');
    if (inside.length < devices.length) mistaken++;
  }
  return { sent, copies: announcements, mistaken };
}

const beyond = (all: Cost, base: Cost): Cost => ({
  sent: all.sent - base.sent,
  copies: all.copies - base.copies,
});
