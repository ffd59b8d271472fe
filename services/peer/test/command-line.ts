import type { SecretInput } from '../src/cli/command.ts';
import { runCommandLine } from '../src/cli/run.ts';
import { pipedSecrets } from '../src/cli/secret-input.ts';

/** What a command printed, line by line, and how it ended. */
export interface CommandRun {
  readonly exit: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs `covey` in this process. Times are shown in UTC. */
export async function covey(
  dataFolder: string,
  argv: readonly string[],
  given: {
    stdin?: string;
    /** A terminal in place of the pipe. */
    secrets?: SecretInput;
    env?: Record<string, string>;
    interrupt?: AbortSignal;
    onLine?: (line: string) => void;
  } = {},
): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runCommandLine(argv, {
    out: (line) => {
      out.push(line);
      given.onLine?.(line);
    },
    err: (line) => err.push(line),
    stdin: async () => given.stdin ?? '',
    secrets: given.secrets ?? pipedSecrets(async () => given.stdin ?? ''),
    env: { PEER_DATA: dataFolder, ...given.env },
    interrupted: () => given.interrupt ?? new AbortController().signal,
    timeZone: 'UTC',
  });
  return { exit, out, err };
}
