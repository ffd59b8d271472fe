import type { Command } from './command.ts';

/** Options that every command takes, with what they mean. */
const GLOBAL_OPTIONS: readonly (readonly [string, string])[] = [
  [
    '--account NAME',
    'the account to use, by name, URI or id; default COVEY_ACCOUNT, or the only one',
  ],
  ['--data DIR', 'data folder of the daemon; default PEER_DATA, or ~/.local/share/covey'],
  ['--json', 'data and errors as JSON, one value per line'],
  ['--help', 'what the command does'],
  ['--version', 'version of this program'],
];

const EXIT_CODES =
  'Exit codes: 0 done, 1 refused or failed, 2 misused; `covey up` ends with 78 when its configuration cannot be used.';
const NAMES =
  'A conversation is named by its title or the first digits of its id (four or more), a message by the first digits of its id.';

/** `usage: covey log CONVERSATION [--limit N]`, without the word usage. */
export function usageOf({ name, usage }: Command): string {
  return `covey ${name} ${usage}`.trimEnd();
}

/** Lines of `covey help`. */
export function overview(commands: readonly Command[]): readonly string[] {
  return [
    'usage: covey COMMAND [ARGUMENT]... [OPTION]...',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    ...columns(GLOBAL_OPTIONS),
    '',
    NAMES,
    EXIT_CODES,
  ];
}

/** Lines of `covey help COMMAND`. */
export function commandHelp(command: Command): readonly string[] {
  const { summary, details } = command;
  return [`usage: ${usageOf(command)}`, '', summary, ...details.flatMap((text) => ['', text])];
}

/** The page `docs/commands.md`: the same as help, for those who read before they install. */
export function renderCommandPage(commands: readonly Command[]): string {
  return [
    '# Commands',
    '',
    '`covey` is the one program to type. Data goes to stdout, all else to stderr.',
    NAMES,
    EXIT_CODES,
    '',
    '| option of every command | meaning |',
    '|---|---|',
    ...GLOBAL_OPTIONS.map(([option, meaning]) => `| \`${option}\` | ${meaning} |`),
    ...commands.flatMap((command) => [
      '',
      `## covey ${command.name}`,
      '',
      '```',
      usageOf(command),
      '```',
      '',
      sentence(command.summary),
      ...command.details.flatMap((text) => ['', text]),
    ]),
    '',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
