/** What somebody types in a guide, and what the terminal answers. */
export interface Step {
  /** Line of the prompt in the document, from 1. */
  readonly line: number;
  /** Who types: a name is a terminal with a data folder of its own. */
  readonly who: string;
  readonly command: string;
  /** `fails`: the command ends with another exit code than 0. `waits`: others go on typing before it ends. */
  readonly how: 'works' | 'fails' | 'waits';
  /** Lines of both streams, in the order in which they come. */
  readonly expected: readonly string[];
}

const FENCE = /^```/;
const PROMPT = /^(?<who>[a-z][a-z0-9-]*)\$ (?:\((?<how>fails|waits)\) )?(?<command>\S.*)$/;

/**
 * Reads the fenced blocks of a guide that begin with a prompt, such as `alice$ covey up --detach`. Lines
 * below a prompt are its answer, up to the next prompt or the end of the block; other blocks are prose.
 */
export function readSteps(document: string): readonly Step[] {
  const steps: (Step & { expected: string[] })[] = [];
  let fenced = false;
  let current: { expected: string[] } | undefined;
  for (const [at, text] of document.split('\n').entries()) {
    if (FENCE.test(text)) {
      fenced = !fenced;
      current = undefined;
      continue;
    }
    if (!fenced) continue;
    const { who, how, command } = PROMPT.exec(text)?.groups ?? {};
    if (who !== undefined && command !== undefined) {
      const step: Step & { expected: string[] } = {
        line: at + 1,
        who,
        command,
        how: how === 'fails' || how === 'waits' ? how : 'works',
        expected: [],
      };
      steps.push(step);
      current = step;
    } else current?.expected.push(text);
  }
  return steps;
}
