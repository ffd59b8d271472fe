import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@covey/codec';
import { corpusNamed } from '@covey/testkit';
import { type CorpusUse, MAX_INPUT_BYTES } from './fuzz-target.ts';

/** Files above this are lists of generated cases, not seeds worth their reading time. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** All inputs of the corpora that are present and short enough, whatever their files are called. */
export function corpusInputs(uses: readonly CorpusUse[]): readonly Uint8Array[] {
  return uses
    .flatMap(({ name, texts = false }) => {
      const { folder, isAbsent } = corpusNamed(name);
      return isAbsent ? [] : filesBelow(folder).flatMap((file) => inputsOf(file, texts));
    })
    .filter(({ length }) => length <= MAX_INPUT_BYTES);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => join(folder, path))
    .filter((path) => {
      const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: Number.NaN };
      return !path.endsWith('.md') && size <= MAX_FILE_BYTES && statSync(path).isFile();
    });
}

function inputsOf(file: string, texts: boolean): readonly Uint8Array[] {
  const bytes = readFileSync(file);
  try {
    const text = bytes.toString();
    if (file.endsWith('.jsonl')) {
      return text
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => [...inputsIn(JSON.parse(line), texts)]);
    }
    const found = file.endsWith('.json') ? [...inputsIn(JSON.parse(text), texts)] : [];
    return [new Uint8Array(bytes), ...found];
  } catch (reason) {
    // Some corpora are broken JSON on purpose.
    if (reason instanceof SyntaxError) return [new Uint8Array(bytes)];
    throw reason;
  }
}

/** Corpora carry bytes as `b64` or `hex`, certificates as PEM. */
function* inputsIn(value: unknown, texts: boolean): Generator<Uint8Array> {
  if (typeof value === 'string') {
    if (texts || value.startsWith('-----BEGIN ')) yield utf8(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (key === 'b64' && typeof member === 'string') {
        yield new Uint8Array(Buffer.from(member, 'base64'));
      } else if (key === 'hex' && typeof member === 'string') {
        yield new Uint8Array(Buffer.from(member, 'hex'));
      } else {
        yield* inputsIn(member, texts);
      }
    }
  }
}
