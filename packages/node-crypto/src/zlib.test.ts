import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { nodeDeflate, nodeInflate, nodeRandom } from './index.ts';
import { zlibEngine } from './zlib-engine.ts';

const text = utf8('hello, hello, hello');
const stream = nodeDeflate(text);

test.each([0, 1, 63, 64, 65, 16_384, 1_048_575, 1_048_576, 1_048_577, 3_000_000])(
  '%d bytes come back, whatever follows the stream',
  (size) => {
    for (const bytes of [new Uint8Array(size), nodeRandom(size)]) {
      const packed = nodeDeflate(bytes);
      for (const after of [new Uint8Array(), packed, utf8('tail')]) {
        const { output, consumed } = nodeInflate(concatBytes(packed, after), size);
        expect(consumed).toBe(packed.length);
        expect(Buffer.compare(output, bytes)).toBe(0);
      }
    }
  },
);

test('outputs are plain bytes, so that slices are copies everywhere', () => {
  expect(Object.getPrototypeOf(stream)).toBe(Uint8Array.prototype);
  expect(Object.getPrototypeOf(nodeInflate(stream, text.length).output)).toBe(Uint8Array.prototype);
  expect(Object.getPrototypeOf(nodeRandom(3))).toBe(Uint8Array.prototype);
});

test.each([
  ['a size too small', stream, text.length - 1],
  ['a size too large', stream, text.length + 1],
  ['a size of nothing', stream, 0],
  ['a bomb', deflateSync(new Uint8Array(50_000_000)), 1000],
  ['a stream cut short', stream.subarray(0, -1), text.length],
  ['a wrong checksum', stream.with(-1, (stream.at(-1) ?? 0) ^ 1), text.length],
  ['gzip', gzipSync(text), text.length],
  ['raw deflate', deflateRawSync(text), text.length],
  ['a preset dictionary', deflateSync(text, { dictionary: utf8('hello') }), text.length],
  ['no bytes', new Uint8Array(), 0],
])('%s is refused, and the next stream is read as if nothing had been', (_, input, size) => {
  expect(() => nodeInflate(input, size)).toThrow();
  expect(nodeInflate(stream, text.length)).toEqual({ output: text, consumed: stream.length });
});

test('what was inflated and deflated stays as it is when the next one comes', () => {
  const { output } = nodeInflate(stream, text.length);
  const other = nodeDeflate(utf8('something else'));
  nodeInflate(nodeDeflate(new Uint8Array(text.length)), text.length);
  expect(output).toEqual(text);
  expect(nodeInflate(other, 14).output).toEqual(utf8('something else'));
});

test('this Node has engines that begin anew, whose streams are those of the public functions', () => {
  const [inflater, deflater] = [zlibEngine('inflate'), zlibEngine('deflate')];
  if (!inflater || !deflater)
    throw new Error('Node has changed: objects are inflated at half the speed');
  const output = new Uint8Array(40_000);
  for (const bytes of [text, new Uint8Array(32_768), nodeRandom(32_768), new Uint8Array()]) {
    const { produced } = deflater.run(bytes, output, output.length);
    expect(Buffer.compare(output.subarray(0, produced), deflateSync(bytes))).toBe(0);
  }
  expect(() => inflater.run(stream, output, output.length + 1)).toThrow('no room');
});
