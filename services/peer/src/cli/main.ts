#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import type { CliIo } from './command.ts';
import { runCommandLine } from './run.ts';

const interrupt = new AbortController();

const io: CliIo = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: () => text(process.stdin),
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
