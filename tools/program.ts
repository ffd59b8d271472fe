import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

/** Folder of the checkout. */
export const ROOT = resolve(import.meta.dirname, '..');

/** How a program ended: its exit code, what it wrote to stdout, and both streams as they came. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

/** Path of a program that a dependency of the root package brings. */
export function dependencyProgram(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}

/** Runs a program to its end, without colours, and keeps what it writes. */
export function runProgram(command: string, args: readonly string[], cwd = ROOT): Promise<Ended> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? 1, stdout, output }));
  });
}
