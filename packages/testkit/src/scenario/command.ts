import { utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { malformed } from './fields.ts';
import { readScenario } from './read-scenario.ts';
import { type Answer, runScenario } from './run-scenario.ts';

/** What the command needs of its host. */
export interface ScenarioIo {
  /** One line on standard output. */
  readonly out: (line: string) => void;
  /** One line on standard error. */
  readonly err: (line: string) => void;
  /** The bytes of a file; throws when it can't be read. */
  readonly read: (path: string) => Uint8Array;
}

/** The answer to a file that can't be run: no step was taken. */
interface NoAnswer extends Answer {
  readonly error: { readonly code: string; readonly message: string; readonly path: string };
}

const USAGE = 'usage: npm run --silent scenario -- FILE...';

/** `npm run scenario -- FILE...`: one line of JSON per file. Resolves to the exit code, 0 when all are ok. */
export async function scenarioCommand(
  files: readonly string[],
  { out, err, read }: ScenarioIo,
): Promise<number> {
  if (files.length === 0) {
    err(USAGE);
    return 2;
  }
  let allOk = true;
  for (const file of files) {
    const answer = await answerTo(file, read);
    out(JSON.stringify(answer));
    allOk &&= answer.ok;
  }
  return allOk ? 0 : 1;
}

async function answerTo(file: string, read: ScenarioIo['read']): Promise<Answer | NoAnswer> {
  let name = file;
  try {
    const scenario = readScenario(textOf(file, read));
    name = scenario.name;
    return await runScenario(scenario);
  } catch (reason) {
    const { code, message, data } = CoveyError.from(reason);
    // A bug of ours is for us to read: a scenario holds no secret.
    const found = code === 'INTERNAL' && reason instanceof Error ? reason.message : message;
    return {
      ...{ name, ok: false, failures: [`${code}: ${found}`], steps: [], devices: {} },
      error: { code, message: found, path: data['path'] ?? '' },
    };
  }
}

function textOf(file: string, read: ScenarioIo['read']): string {
  let bytes: Uint8Array;
  try {
    bytes = read(file);
  } catch (reason) {
    throw malformed('', 'the file cannot be read', reason);
  }
  try {
    return utf8Text(bytes);
  } catch (reason) {
    throw malformed('', 'not UTF-8', reason);
  }
}
