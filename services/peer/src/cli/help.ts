import { type Command, defineCommand, UsageError } from './command.ts';
import { commandHelp, overview } from './command-page.ts';

/** `covey help`: what there is, or all about one command. */
export function makeHelp(others: readonly Command[]): Command {
  const help: Command = defineCommand({
    name: 'help',
    usage: '[COMMAND]',
    summary: 'show all commands, or all about one',
    positionals: [0, 2],
    run: async (words, _, { print }) => {
      const commands = [...others, help];
      const name = words.join(' ');
      if (name === '') {
        print({ commands: commands.map(described) }, overview(commands));
        return 0;
      }
      const found = commands.filter((command) => `${command.name} `.startsWith(`${name} `));
      if (found.length === 0) throw new UsageError('no such command', 'covey help lists them');
      print(
        { commands: found.map(described) },
        found.flatMap((command, at) =>
          at > 0 ? ['', ...commandHelp(command)] : commandHelp(command),
        ),
      );
      return 0;
    },
  });
  return help;
}

function described({ name, usage, summary, details }: Command) {
  return { name, usage, summary, details };
}
