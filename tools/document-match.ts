/** Values of `<placeholders>`, by name. The first appearance takes what stands there; later ones must be equal. */
export type Values = ReadonlyMap<string, string>;

const PLACEHOLDER = /<([a-z][a-z0-9-]*)(?::(\d+))?>/;
/** A line of its own for any number of lines, or a part of a line. */
const ANYTHING = '...';

/** Puts in what the placeholders stand for; `<id:8>` is the first 8 characters of `<id>`. Unknown ones stay. */
export function fillIn(text: string, values: Values): string {
  return text.replaceAll(new RegExp(PLACEHOLDER, 'g'), (whole, name: string, length?: string) => {
    const value = values.get(name);
    return value === undefined
      ? whole
      : value.slice(0, length === undefined ? undefined : Number(length));
  });
}

/** @returns the values, with those that were met for the first time, or `undefined` if the lines are not these */
export function match(
  expected: readonly string[],
  actual: readonly string[],
  values: Values,
): Values | undefined {
  const [first, ...rest] = expected;
  if (first === undefined) return actual.length === 0 ? values : undefined;
  if (first.trim() === ANYTHING) {
    for (let skipped = 0; skipped <= actual.length; skipped++) {
      const found = match(rest, actual.slice(skipped), values);
      if (found) return found;
    }
    return undefined;
  }
  const [line, ...others] = actual;
  const found = line === undefined ? undefined : matchLine(first, line, values);
  return found && match(rest, others, found);
}

/** The expected lines and those that came, as a diff whose context are the lines that agree. */
export function difference(
  expected: readonly string[],
  actual: readonly string[],
  values: Values,
): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  for (const wanted of expected) {
    if (wanted.trim() === ANYTHING) {
      lines.push(`  ${wanted}`);
      continue;
    }
    const found = actual.findIndex(
      (line, index) => index >= at && matchLine(wanted, line, values) !== undefined,
    );
    if (found < 0) {
      lines.push(`- ${fillIn(wanted, values)}`);
      continue;
    }
    for (const line of actual.slice(at, found)) lines.push(`+ ${line}`);
    lines.push(`  ${actual[found]}`);
    at = found + 1;
  }
  return [...lines, ...actual.slice(at).map((line) => `+ ${line}`)];
}

function matchLine(expected: string, actual: string, values: Values): Values | undefined {
  const names: string[] = [];
  let pattern = '';
  let rest = fillIn(expected, values);
  for (let found = PLACEHOLDER.exec(rest); found; found = PLACEHOLDER.exec(rest)) {
    const [whole, name = ''] = found;
    const known = names.indexOf(name);
    pattern += `${literal(rest.slice(0, found.index))}${known < 0 ? '(\\S+)' : `\\${known + 1}`}`;
    if (known < 0) names.push(name);
    rest = rest.slice(found.index + whole.length);
  }
  const met = new RegExp(`^${pattern}${literal(rest)}$`, 'u').exec(actual);
  if (!met) return undefined;
  return new Map([...values, ...names.map((name, at) => [name, met[at + 1] ?? ''] as const)]);
}

/** A pattern for exactly this text, but for the parts that may be anything. */
const literal = (text: string): string =>
  text
    .split(ANYTHING)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('.*');
