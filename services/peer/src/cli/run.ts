import { parseArgs } from 'node:util';
import type { AccountInfo } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { PeerClient } from '../client.ts';
import { dataFolderOf } from '../data-folder.ts';
import { readVersion } from '../version.ts';
import {
  type CliIo,
  type Command,
  type CommandContext,
  NotFound,
  Unconfirmed,
  UsageError,
} from './command.ts';
import { commandHelp, overview, usageOf } from './command-page.ts';
import { COMMANDS } from './commands.ts';
import { HINTS, ruleHint } from './hints.ts';
import { resolveAccount } from './naming.ts';
import { safeJson, safeText, withoutControls } from './safe-text.ts';

const GLOBALS = {
  account: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

interface Globals {
  readonly account?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly help?: boolean;
  readonly version?: boolean;
}

const MISUSED = 2;
const FAILED = 1;
/** `EX_CONFIG` of sysexits.h, as every program of ours ends when its configuration cannot be used. */
const CONFIG_INVALID = 78;

/** The whole command line but the process around it. Resolves to the exit code and never rejects. */
export async function runCommandLine(argv: readonly string[], io: CliIo): Promise<number> {
  let command: Command | undefined;
  // Known before anything can fail, so that a failure to parse is told in the form that was asked for.
  const json = argv.slice(0, endOfOptions(argv)).includes('--json');
  try {
    const { globals: before, rest } = takeGlobals(argv);
    if (before.version) {
      io.out(json ? safeJson({ version: readVersion() }) : readVersion());
      return 0;
    }
    command = findCommand(rest);
    if (!command) return withoutCommand(rest, before, io);
    return await runCommand(command, rest.slice(command.name.split(' ').length), before, json, io);
  } catch (reason) {
    return tellFailure(reason, command, json, io);
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  before: Globals,
  json: boolean,
  io: CliIo,
): Promise<number> {
  if (command.ownArguments) return await command.run(args, {}, makeContext(before, json, io));
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { ...GLOBALS, ...command.options },
    allowPositionals: true,
  });
  const globals: Globals = { ...before, ...values };
  if (globals.help) {
    for (const line of commandHelp(command)) io.out(line);
    return 0;
  }
  const [least, most] = command.positionals;
  if (positionals.length < least) throw new UsageError('too few arguments');
  if (positionals.length > most) throw new UsageError('too many arguments');
  // Parsed by the command's own descriptors; the global ones among them do it no harm.
  const own = values as Parameters<Command['run']>[1];
  return await command.run(positionals, own, makeContext(globals, json, io));
}

function makeContext(globals: Globals, json: boolean, io: CliIo): CommandContext {
  const env = globals.data === undefined ? io.env : { ...io.env, PEER_DATA: globals.data };
  const dataFolder = dataFolderOf(env);
  const peer = new PeerClient(dataFolder);
  let account: Promise<AccountInfo> | undefined;
  return {
    io,
    json,
    dataFolder,
    peer,
    account: () => {
      account ??= resolveAccount(peer, globals.account ?? (io.env['COVEY_ACCOUNT'] || undefined));
      return account;
    },
    print: (value, lines) => {
      if (json) io.out(safeJson(value));
      else for (const line of lines) io.out(withoutControls(line));
    },
    hint: (text) => {
      if (!json) io.err(`covey: hint: ${withoutControls(text)}`);
    },
  };
}

/** Options that stand before the command. */
function takeGlobals(argv: readonly string[]): { globals: Globals; rest: readonly string[] } {
  let at = 0;
  while (argv[at]?.startsWith('-') && argv[at] !== '--' && argv[at] !== '-') {
    const takesValue = argv[at] === '--account' || argv[at] === '--data';
    at += takesValue ? 2 : 1;
  }
  const { values } = parseArgs({ args: argv.slice(0, at), options: GLOBALS });
  return { globals: values, rest: argv.slice(at) };
}

/** The longest name that the words begin with. */
function findCommand(words: readonly string[]): Command | undefined {
  const named = (count: number) =>
    COMMANDS.find(({ name }) => words.length >= count && name === words.slice(0, count).join(' '));
  return named(2) ?? named(1);
}

function withoutCommand(words: readonly string[], { help }: Globals, io: CliIo): number {
  const [word] = words;
  if (word === undefined) {
    for (const line of overview(COMMANDS)) (help ? io.out : io.err)(line);
    return help ? 0 : MISUSED;
  }
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${word} `));
  if (family.length > 0) throw new UsageError('which?', family.map(usageOf).join(', '));
  throw new UsageError(`no such command: ${word}`, 'covey help lists them');
}

function tellFailure(
  reason: unknown,
  command: Command | undefined,
  json: boolean,
  io: CliIo,
): number {
  const { code, message, hint, exit } = explain(reason, command);
  if (json) {
    io.err(safeJson({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }));
  } else {
    io.err(`covey: error: ${safeText(message)}`);
    if (hint !== undefined) io.err(`covey: hint: ${safeText(hint)}`);
  }
  return exit;
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exit: number;
}

function explain(reason: unknown, command: Command | undefined): Explanation {
  const usage = command && `usage: ${usageOf(command)}`;
  if (reason instanceof UsageError) {
    const { message, hint = usage } = reason;
    return { code: 'MISUSED', message, hint, exit: MISUSED };
  }
  if (reason instanceof NotFound) {
    return { code: 'NOT_FOUND', message: reason.message, hint: reason.hint, exit: FAILED };
  }
  if (reason instanceof Unconfirmed) {
    return { code: 'UNCONFIRMED', message: reason.message, hint: reason.hint, exit: FAILED };
  }
  if (isParseError(reason)) {
    // Its first sentence; the rest explains `--` to somebody who may have mistyped an option.
    const [sentence = ''] = reason.message.split('. ');
    const message = `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    return { code: 'MISUSED', message, hint: usage, exit: MISUSED };
  }
  const { code, message, data } = CoveyError.from(reason);
  const rule = data['rule'] === undefined ? undefined : ruleHint(data['rule']);
  const exit = code === 'CONFIG_INVALID' ? CONFIG_INVALID : FAILED;
  return { code, message, hint: rule ?? HINTS[code], exit };
}

function isParseError(reason: unknown): reason is Error {
  return (
    reason instanceof Error && 'code' in reason && String(reason.code).startsWith('ERR_PARSE_ARGS_')
  );
}

function endOfOptions(argv: readonly string[]): number {
  const end = argv.indexOf('--');
  return end < 0 ? argv.length : end;
}
