/** Lets tasks through one at a time, in the order in which they came. A task that fails stops nobody. */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve();

  pass<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {}); // The caller hears of it.
    return result;
  }
}
