import { canonicalJson, readJson, utf8, utf8Text } from '@covey/codec';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { forgeJson } from './json-forge.ts';

/** The strict reader of JSON against its own writer, and against what every JavaScript program reads. */
export function open(): FuzzTarget {
  return {
    seeds: words(
      ...['{}', '[]', 'null', '""', '-7', '[1,[2,[3]]]', '{"a":{"b":[true,false]}}'],
      '{"body":"caf\\u00e9 \\ud83d\\ude00","type":"text/plain"}',
      ' {"__proto__": 1, "n" : 9007199254740991}\n',
    ),
    corpora: [
      { name: 'json-test-suite' },
      { name: 'json-tricks', texts: true },
      { name: 'invalid-utf8' },
      { name: 'naughty-strings' },
    ],
    dictionary: words(
      ...['{', '}', '[', ']', '":', ',"', '\\u', '\\ud800', '\\udc00', 'true', 'false', 'null'],
      ...['-', '0', '1e5', '9007199254740993', '"__proto__":', '"constructor":', '\ufeff'],
    ),
    generate: (chance) => utf8(forgeJson(chance)),
    run,
  };
}

function run(input: Uint8Array): unknown {
  const text = utf8Text(input);
  const value = readJson(text);
  const canonical = canonicalJson(value);
  promise(canonicalJson(readJson(canonical)) === canonical, 'canonical JSON reads as itself');
  promise(/^[\x20-\x7e]*$/.test(canonical), 'canonical JSON is ASCII on one line');
  promise(
    canonicalJson(JSON.parse(text)) === canonical,
    'what is accepted means the same to JSON.parse',
  );
  return value;
}
