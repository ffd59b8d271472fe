import { open, readFile } from 'node:fs/promises';
import {
  type Crypto,
  type EvidenceAct,
  type EvidenceVerdict,
  judgeEvidence,
  MAX_EVIDENCE_CHARACTERS,
} from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { safeText } from './safe-text.ts';

/** Does the file begin as JSON does? A repository is a folder, and a bundle begins otherwise. */
export async function isEvidence(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false; // Whatever is wrong with it is told by who reads it as a repository.
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(1) });
    return bytesRead === 1 && buffer[0] === '{'.charCodeAt(0);
  } finally {
    await file.close();
  }
}

/** @throws {CoveyError} EVIDENCE_MALFORMED, EVIDENCE_UNPROVEN, OBJECT_COLLISION */
export async function judgeEvidenceFile(path: string, crypto: Crypto): Promise<EvidenceVerdict> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_EVIDENCE_CHARACTERS) {
    throw new CoveyError('EVIDENCE_MALFORMED', 'longer than any evidence');
  }
  // One byte each in the one spelling; any other byte is another character, and refused.
  return judgeEvidence(bytes.toString('latin1'), crypto);
}

/** Who has contradicted himself, and by what. */
export function evidenceLines({ account, by, acts, commits }: EvidenceVerdict): readonly string[] {
  const how =
    by === 'device' ? 'one device wrote two histories' : 'one account voted or decided twice';
  return [
    `proven: ${how}, both signed`,
    `account       ${account}`,
    ...acts.map(
      ({ commit, device, time, ...act }) =>
        `wrote         ${commit}  ${saying(act)}  device ${device.slice(0, 8)}  claimed time ${time}`,
    ),
    `followed      ${commits} commits; neither of the two is an ancestor of the other`,
  ];
}

function saying({ kind, action, target }: Pick<EvidenceAct, 'kind' | 'action' | 'target'>): string {
  if (action === undefined) return kind;
  const what = kind === 'vote' ? `vote to ${action}` : kind;
  return `${what} ${safeText(target ?? '')}`;
}
