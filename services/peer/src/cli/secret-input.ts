import { type SecretInput, UsageError } from './command.ts';

/** The part of `tty.ReadStream` that is used. */
export interface Terminal {
  setRawMode(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (typed: string) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (typed: string) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const BACKSPACE = '\u007f';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_H = '\b';
const CTRL_U = '\u0015';
/** Arrow keys and the like (ECMA-48 section 5.4): they move nothing here, and are no text. */
const KEY_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])?/g;

/** Lines of a pipe, one for each question. */
export function pipedSecrets(readAll: () => Promise<string>): SecretInput {
  let lines: Promise<string[]> | undefined;
  return {
    isTerminal: false,
    line: async () => {
      lines ??= readAll().then((text) => text.replace(/\r?\n$/, '').split(/\r?\n/));
      const line = (await lines).shift();
      if (line) return line;
      throw nothingGiven();
    },
  };
}

/**
 * Lines that are typed at a terminal and not shown, not even as stars. Ctrl-C leaves the terminal as
 * it was, then calls `interrupt`, and nothing more comes.
 */
export function typedSecrets(
  terminal: Terminal,
  show: (text: string) => void,
  interrupt: () => void,
): SecretInput {
  return {
    isTerminal: true,
    line: async (prompt) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      let line = '';
      const restore = () => {
        terminal.off('data', onTyped);
        terminal.off('end', onEnd);
        terminal.setRawMode(false);
        terminal.pause();
        show('\n');
      };
      const onEnd = () => {
        restore();
        reject(nothingGiven());
      };
      const onTyped = (typed: string) => {
        for (const character of typed.replace(KEY_SEQUENCE, '')) {
          if (character === CTRL_C) {
            restore();
            interrupt();
            return;
          }
          if (character === '\r' || character === '\n') {
            restore();
            if (line === '') reject(nothingGiven());
            else resolve(line);
            return; // What was pasted behind it is not the answer to the next question.
          }
          if (character === CTRL_D && line === '') return onEnd();
          line = edited(line, character);
        }
      };
      terminal.setEncoding('utf8');
      // Before anything is asked: what is typed from now on is not shown.
      terminal.setRawMode(true);
      terminal.on('data', onTyped);
      terminal.on('end', onEnd);
      show(prompt);
      terminal.resume();
      return promise;
    },
  };
}

function edited(line: string, character: string): string {
  if (character === BACKSPACE || character === CTRL_H) return [...line].slice(0, -1).join('');
  if (character === CTRL_U) return '';
  return character < ' ' ? line : line + character;
}

function nothingGiven(): UsageError {
  return new UsageError(
    'no passphrase was given',
    'type it when asked, or pipe it in as a line of its own',
  );
}
