import { open, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Profile, type Report, verifyHistory } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import { openBundle, openGitDirectory, type ReadOnlyRepository } from '@covey/git-store';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import type { CliIo } from './command.ts';
import { safeJson, safeText } from './safe-text.ts';
import { evidenceLines, isEvidence, judgeEvidenceFile } from './verify-evidence.ts';

const VERIFY_USAGE = 'usage: covey verify PATH [--profile strict|jami] [--json]';

/** Further heads of a Covey repository, beside its HEAD. */
const MORE_HEADS = 'refs/covey/heads/';
const BUNDLE_SIGNATURE = '# v';
const SILENT_MS = 1000;
const PROGRESS_EVERY_MS = 200;

type VerifyIo = Pick<CliIo, 'out' | 'err'>;

/**
 * `covey verify`: judges all that HEAD of a Git directory or bundle reaches, by the rules of a profile. Needs no
 * daemon and changes nothing. A file of evidence is judged by itself. Resolves to the exit code: 0 valid, 1 not
 * valid or unreadable, 2 misuse.
 */
export async function verifyCommand(argv: readonly string[], io: VerifyIo): Promise<number> {
  const asked = readArguments(argv);
  if (!asked) {
    io.err(VERIFY_USAGE);
    return 2;
  }
  if (asked.help) {
    io.out(VERIFY_USAGE);
    return 0;
  }
  try {
    const crypto = { digests: nodeDigests, verifier: nodeVerifier() };
    if (await isEvidence(asked.path)) {
      const verdict = await judgeEvidenceFile(asked.path, crypto);
      if (asked.json) io.out(safeJson({ evidence: verdict }));
      else for (const line of evidenceLines(verdict)) io.out(line);
      return 0;
    }
    const repository = await openRepository(asked.path);
    const heads = headsOf(repository);
    if (heads.length === 0) throw unreadable('neither HEAD nor refs/heads/main leads to a commit');
    const report = await verifyHistory(heads, repository.objects, crypto, {
      profile: asked.profile,
      progress: progressOn(process.stderr),
    });
    if (asked.json) io.out(safeJson(report));
    else for (const line of linesOf(report)) io.out(line);
    return report.valid ? 0 : 1;
  } catch (reason) {
    const { code, message } = CoveyError.from(reason);
    if (asked.json) io.err(safeJson({ error: { code, message } }));
    else io.err(`covey: error: ${safeText(message)}`);
    return 1;
  }
}

interface Asked {
  readonly path: string;
  readonly profile: Profile;
  readonly json: boolean;
  readonly help: boolean;
}

function readArguments(argv: readonly string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        profile: { type: 'string', default: 'strict' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { profile, json, help } = values;
    const [path = '', ...rest] = positionals;
    if (profile !== 'strict' && profile !== 'jami') return undefined;
    return rest.length > 0 || (path === '' && !help) ? undefined : { path, profile, json, help };
  } catch {
    return undefined; // An option that is not known: misuse, like all of the above.
  }
}

async function openRepository(path: string): Promise<ReadOnlyRepository> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable('no such file or directory', cause);
  });
  if (found.isDirectory()) return openGitDirectory(path);
  if (await isBundle(path)) return openBundle(path);
  throw unreadable('neither a Git directory nor a bundle');
}

async function isBundle(path: string): Promise<boolean> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable('the file cannot be read', cause);
  });
  try {
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(3) });
    return Buffer.from(buffer.subarray(0, bytesRead)).toString('latin1') === BUNDLE_SIGNATURE;
  } finally {
    await file.close();
  }
}

function headsOf({ head, refs }: ReadOnlyRepository): readonly Oid[] {
  const more = [...refs].filter(([name]) => name.startsWith(MORE_HEADS)).map(([, oid]) => oid);
  return [...new Set(head === undefined ? more : [head, ...more])].sort();
}

function unreadable(why: string, cause?: unknown): CoveyError {
  return new CoveyError('REPOSITORY_UNREADABLE', why, { cause });
}

/** Verdict first, then what was found out; nothing that a stranger wrote reaches the terminal as it is. */
function linesOf(report: Report): readonly string[] {
  const { broken, conversation, deviations, mode, profile } = report;
  const kinds = Object.entries(report.kinds).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    broken ? `not valid under the profile ${profile}` : `valid under the profile ${profile}`,
    ...(broken
      ? [
          `broken rule   ${broken.rule}`,
          `  in commit   ${broken.commit}`,
          ...(broken.path === undefined ? [] : [`  at path     ${safeText(broken.path)}`]),
          `  found       ${safeText(broken.found)}`,
        ]
      : []),
    `conversation  ${conversation || 'none'}`,
    `mode          ${mode ?? 'unknown'}`,
    `commits       ${report.commits}`,
    ...kinds.map(([kind, count]) => `  ${kind.padEnd(11)} ${count}`),
    `heads         ${report.heads.join(' ')}`,
    ...report.members.map(({ uri, role }) => `${role.padEnd(13)} ${safeText(uri)}`),
    `devices       ${report.devices.length}`,
    `state digest  ${report.stateDigest || 'none'}`,
    ...(deviations.length > 0 ? [`deviations from strict: ${deviations.length}`] : []),
    ...deviations.map(({ rule, commit }) => `  ${commit}  ${rule}`),
  ];
}

/** One line that is written over, on a terminal only, and only for what takes longer than a second. */
function progressOn(terminal: NodeJS.WriteStream): (judged: number, all: number) => void {
  if (!terminal.isTTY) return () => {};
  const start = performance.now();
  let next = start + SILENT_MS;
  let shown = false;
  return (judged, all) => {
    const now = performance.now();
    if (judged === all && shown) terminal.write('\r\x1b[K');
    if (now < next || judged === all) return;
    next = now + PROGRESS_EVERY_MS;
    shown = true;
    terminal.write(`\r\x1b[Kjudged ${judged} of ${all} commits`);
  };
}
