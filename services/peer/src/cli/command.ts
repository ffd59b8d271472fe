import type { ParseArgsOptionDescriptor } from 'node:util';
import type { AccountInfo } from '@covey/device';
import type { PeerClient } from '../client.ts';

/** Where a passphrase comes from: somebody types it unseen, or it is a line of what is piped in. */
export interface SecretInput {
  /** Somebody types: what is asked for twice is asked for twice. */
  readonly isTerminal: boolean;
  /** The next line, without its break. @throws {UsageError} if there is none */
  readonly line: (prompt: string) => Promise<string>;
}

/** The ends of a command that reach the outside. */
export interface CliIo {
  /** One line of data, without its line break. */
  readonly out: (line: string) => void;
  /** One line for the person at the terminal. */
  readonly err: (line: string) => void;
  /** All of standard input, as text. */
  readonly stdin: () => Promise<string>;
  /** Where passphrases come from: never from arguments or the environment, which others can see. */
  readonly secrets: SecretInput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, from the first call on; until then Ctrl-C ends the program at once. */
  readonly interrupted: () => AbortSignal;
  /** Zone for times; that of the system if absent. */
  readonly timeZone?: string;
}

/** What a command works with besides its own arguments. */
export interface CommandContext {
  readonly io: CliIo;
  readonly json: boolean;
  readonly dataFolder: string;
  readonly peer: PeerClient;
  /** The account that was named, or the only one. @throws {UsageError} if it is not clear which */
  readonly account: () => Promise<AccountInfo>;
  /** Data: the lines, or with `--json` the value. Texts in `lines` are made harmless here. */
  readonly print: (value: unknown, lines: readonly string[]) => void;
  /** A word of advice on stderr; not with `--json`. */
  readonly hint: (text: string) => void;
}

type Options = Readonly<Record<string, ParseArgsOptionDescriptor>>;
type OptionValue<D extends ParseArgsOptionDescriptor> = D['type'] extends 'boolean'
  ? boolean
  : string;

/** Options as they were given; absent ones are absent. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { multiple: true }
    ? readonly OptionValue<O[K]>[]
    : OptionValue<O[K]>;
};

/** One command of `covey`. Help, `docs/commands.md` and the parser read the same entry. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  /** Arguments and options as usage shows them. */
  readonly usage: string;
  readonly summary: string;
  /** More paragraphs for `covey help <command>` and the page. */
  readonly details: readonly string[];
  readonly options: Options;
  /** Least and largest number of arguments that are no options. */
  readonly positionals: readonly [number, number];
  /** All that stands after the name is handed over as positionals, options included. */
  readonly ownArguments: boolean;
  /** Resolves to the exit code: 0 done, 1 refused or failed. */
  readonly run: (
    positionals: readonly string[],
    values: OptionValues<Options>,
    context: CommandContext,
  ) => Promise<number>;
}

/** Makes a command whose `run` sees its options with their types. */
export function defineCommand<const O extends Options = Record<never, never>>(command: {
  name: string;
  usage?: string;
  summary: string;
  details?: readonly string[];
  options?: O;
  positionals?: readonly [number, number];
  ownArguments?: boolean;
  run: (
    positionals: readonly string[],
    values: OptionValues<O>,
    context: CommandContext,
  ) => Promise<number>;
}): Command {
  const { usage = '', details = [], positionals = [0, 0], ownArguments = false, run } = command;
  return {
    name: command.name,
    summary: command.summary,
    usage,
    details,
    positionals,
    ownArguments,
    options: command.options ?? {},
    // The dispatcher parses by `options`, so the values are those of `O`.
    run: (given, values, context) => run(given, values as OptionValues<O>, context),
  };
}

/** The command was typed wrongly: exit code 2, and its usage as hint. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Shown in place of the usage of the command. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Has consequences that the person was told just now: exit code 1 until it is asked for with `--yes`. */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Nothing to be found under the name that was typed: exit code 1, with advice. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
