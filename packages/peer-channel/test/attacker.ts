import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AttackNews, AttackOrder, AttackReport } from './attacker-process.ts';

/** A process that attacks, so that what it costs to attack slows down neither of the others. */
export class Attacker {
  readonly #child: ChildProcess;
  #news = Promise.withResolvers<AttackNews['outcome']>();
  #report = Promise.withResolvers<AttackReport>();

  constructor() {
    const path = fileURLToPath(new URL('./attacker-process.ts', import.meta.url));
    this.#child = fork(path, [], { serialization: 'advanced', execArgv: [] });
    this.#child.on('message', (said: AttackNews | AttackReport) => {
      if ('outcome' in said) this.#news.resolve(said.outcome);
      else this.#report.resolve(said);
    });
  }

  /** Begins; {@link outcome} tells how the first connection ends. */
  begin(order: AttackOrder): void {
    this.#news = Promise.withResolvers();
    this.#report = Promise.withResolvers();
    this.#child.send(order);
  }

  get outcome(): Promise<AttackNews['outcome']> {
    return this.#news.promise;
  }

  /** Ends the attack, not the process. */
  stop(): Promise<AttackReport> {
    this.#child.send('stop');
    return this.#report.promise;
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
