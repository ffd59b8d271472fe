import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { difference, fillIn, match, type Values } from './document-match.ts';
import { readSteps, type Step } from './document-steps.ts';
import { ROOT } from './program.ts';

const STEP_MS = 60_000;
const COMMAND_LINE = join(ROOT, 'services/peer/src/cli/main.ts');

/** What a guide says and what is not so. */
class UntrueDocument extends Error {
  override readonly name = 'UntrueDocument';

  constructor({ line, who, command }: Step, why: string, lines: readonly string[]) {
    super([`line ${line} is not true: ${why}`, `${who}$ ${command}`, ...lines].join('\n'));
  }
}

/**
 * Does what a guide says, with real daemons, each of the cast in a data folder of its own, and compares
 * every answer. @throws {UntrueDocument} at the first that differs
 */
export async function runDocument(document: string): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'covey-guide-'));
  const cast = new Map<string, Terminal>();
  let values: Values = new Map();
  const finish = async (terminal: Terminal) => {
    const ended = await terminal.ended();
    if (ended) values = judge(ended, values);
  };
  try {
    const path = await commandFolder(stage);
    for (const step of readSteps(document)) {
      const terminal = cast.get(step.who) ?? (await Terminal.open(join(stage, step.who), path));
      cast.set(step.who, terminal);
      // A terminal runs one command at a time: what waits there ends first.
      await finish(terminal);
      await terminal.type({ ...step, command: fillIn(step.command, values) });
      if (step.how !== 'waits') await finish(terminal);
    }
    for (const terminal of cast.values()) await finish(terminal);
  } finally {
    for (const terminal of cast.values()) await terminal.close();
    await rm(stage, { recursive: true, force: true });
  }
}

interface EndedStep {
  readonly step: Step;
  readonly code: number;
  readonly lines: readonly string[];
}

function judge({ step, code, lines }: EndedStep, values: Values): Values {
  const asExpected = (code === 0) === (step.how !== 'fails');
  const found = match(step.expected, lines, values);
  if (asExpected && found) return found;
  const why = asExpected ? 'the answer is another' : `it ends with exit code ${code}`;
  throw new UntrueDocument(step, why, difference(step.expected, lines, values));
}

/** A folder with `covey`, the command line of this checkout, for the shell to find. */
async function commandFolder(stage: string): Promise<string> {
  const folder = join(stage, 'bin');
  await mkdir(folder);
  const program = join(folder, 'covey');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${COMMAND_LINE}' "$@"\n`);
  await chmod(program, 0o755);
  return folder;
}

/** Where one of the cast types. Both streams of a command go one way, as on a screen. */
class Terminal {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #running: { step: Step; child: ChildProcess; output: string; code: Promise<number> } | undefined;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  static async open(folder: string, commands: string): Promise<Terminal> {
    await mkdir(folder);
    return new Terminal(folder, {
      PATH: `${commands}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder,
      PEER_DATA: join(folder, 'data'),
      PEER_LISTEN: '127.0.0.1:0',
      PEER_LAN_DISCOVERY: 'false',
      TZ: 'UTC',
    });
  }

  /** Resolves when the command runs; one that others don't wait for has then said its first word. */
  async type(step: Step): Promise<void> {
    const child = spawn('sh', ['-c', `{ ${step.command}\n} 2>&1`], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
      signal: AbortSignal.timeout(STEP_MS),
    });
    const code = new Promise<number>((done) => {
      child.once('error', () => done(-1)); // It took too long, or there is no shell.
      child.once('close', (exit) => done(exit ?? -1));
    });
    const running = { step, child, output: '', code };
    this.#running = running;
    const spoken = Promise.withResolvers<void>();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      running.output += text;
      spoken.resolve();
    });
    if (step.how === 'waits') await Promise.race([spoken.promise, code]);
  }

  /** Waits for the command that runs, if one does. */
  async ended(): Promise<EndedStep | undefined> {
    const running = this.#running;
    if (!running) return undefined;
    const code = await running.code;
    this.#running = undefined;
    const lines = running.output.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return { step: running.step, code, lines };
  }

  /** Ends what still runs, the daemon included. */
  async close(): Promise<void> {
    this.#running?.child.kill();
    try {
      const api: unknown = JSON.parse(
        await readFile(join(this.#folder, 'data', 'api.json'), 'utf8'),
      );
      if (typeof api === 'object' && api && 'pid' in api) process.kill(Number(api.pid), 'SIGKILL');
    } catch {
      // No daemon is left, as it should be.
    }
  }
}
