import { type Profiler, Session } from 'node:inspector';

/** A stretch of source text: first character, and the one after the last. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Which pieces of our code have run, as V8 counts them in blocks. V8 joins a block with its parent when both ran
 * equally often, so it is the pieces that did NOT run which are always told apart: a function is kept with its
 * pieces that no input has reached yet, and news is a function that ran for the first time, or such a piece.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  /** By script and place of the function. */
  readonly #unreached = new Map<string, readonly Span[]>();
  #ranges = 0;

  /** Counts from now on. V8 counts blocks only in code that it compiles after this. */
  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', {
      ...{ callCount: true, detailed: true, allowTriggeredUpdates: false },
    });
  }

  /** Functions and pieces of functions that have been reached. */
  get ranges(): number {
    return this.#ranges;
  }

  /** Whether what ran since the last look reached anything new. Nothing is remembered. */
  hasNews(): boolean {
    return this.#news(false);
  }

  /** As {@link hasNews}, and what was reached is no news from now on. */
  learn(): boolean {
    return this.#news(true);
  }

  stop(): void {
    this.#session.disconnect();
  }

  #news(remember: boolean): boolean {
    let found = false;
    for (const { scriptId, url, functions } of this.#take()) {
      if (!this.#isOurs(url)) continue;
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (!whole || whole.count === 0) continue;
        const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
        const before = this.#unreached.get(key);
        const still = before ? intersection(before, unreachedIn(ranges)) : unreachedIn(ranges);
        if (before && isEqual(before, still)) continue;
        found = true;
        if (!remember) return true;
        this.#ranges += before ? Math.max(1, before.length - still.length) : 1;
        this.#unreached.set(key, still);
      }
    }
    return found;
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] = [];
    // A session of the own thread answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      taken = result;
    });
    return taken;
  }
}

/** The ranges of one function come outermost first; an inner one has the last word on its stretch. */
function unreachedIn(ranges: readonly Profiler.CoverageRange[]): readonly Span[] {
  let spans: Span[] = [];
  for (const { startOffset: start, endOffset: end, count } of ranges) {
    if (spans.some((span) => span.start < end && start < span.end)) {
      spans = spans.flatMap((span) => without(span, { start, end }));
    }
    if (count === 0) spans.push({ start, end });
  }
  return spans.sort((a, b) => a.start - b.start);
}

function without(span: Span, hole: Span): readonly Span[] {
  const left = { start: span.start, end: Math.min(span.end, hole.start) };
  const right = { start: Math.max(span.start, hole.end), end: span.end };
  return [left, right].filter(({ start, end }) => start < end);
}

/** Of two sorted lists without overlaps. */
function intersection(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const shared: Span[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i]!, b[j]!]; // both indices were just compared with the lengths
    const start = Math.max(left.start, right.start);
    const end = Math.min(left.end, right.end);
    if (start < end) shared.push({ start, end });
    if (left.end < right.end) i++;
    else j++;
  }
  return shared;
}

function isEqual(a: readonly Span[], b: readonly Span[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ start, end }, at) => start === b[at]?.start && end === b[at].end)
  );
}
