#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import type { CliIo } from './command.ts';
import { runCommandLine } from './run.ts';
import { pipedSecrets, typedSecrets } from './secret-input.ts';

const interrupt = new AbortController();

const readStdin = () => text(process.stdin);

const io: CliIo = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: readStdin,
  secrets: process.stdin.isTTY
    ? typedSecrets(
        process.stdin,
        (shown) => void process.stderr.write(shown),
        // As Ctrl-C does where it is not taken as a letter.
        () => void process.kill(process.pid, 'SIGINT'),
      )
    : pipedSecrets(readStdin),
  env: process.env,
  interrupted: () => {
    process.once('SIGINT', () => interrupt.abort());
    process.once('SIGTERM', () => interrupt.abort());
    return interrupt.signal;
  },
};

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (reason: NodeJS.ErrnoException) => {
  if (reason.code !== 'EPIPE') throw reason;
  interrupt.abort();
});

// Not `process.exit`: what was written to a pipe may still be on its way.
process.exitCode = await runCommandLine(process.argv.slice(2), io);
