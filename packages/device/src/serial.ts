/** Runs tasks one after another, in the order in which they came. A failed task stops nobody. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {}); // The caller hears of it.
    return result;
  }
}
