/** What a thread is given to search. */
export interface SmallScopeJob {
  /** Name of the scope. */
  readonly scope: string;
  readonly operations: number;
  readonly nth: number;
  readonly of: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}
