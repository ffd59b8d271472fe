import { METHODS } from 'node:http';
import { concatBytes, utf8 } from '@covey/codec';

/** A request as an input of the local-api target has it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Stand in an input for what only the running API knows. */
export const HOST_WORD = '{host}';
export const TOKEN_WORD = '{token}';

const BLANK_LINE = utf8('\n\n');
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads `METHOD path`, header lines, a blank line, and the body. `undefined` for what no HTTP parser lets through:
 * Node's own has refused it before the API sees it.
 */
export function readRequest(input: Uint8Array): ApiRequest | undefined {
  const bytes = Buffer.from(input);
  const blank = bytes.indexOf(BLANK_LINE);
  const head = bytes.subarray(0, blank < 0 ? bytes.length : blank).toString('latin1');
  const [first = '', ...lines] = head.split('\n');
  const [method = '', path = '', ...rest] = first.split(' ');
  if (!METHODS.includes(method) || method === 'CONNECT') return undefined;
  if (rest.length > 0 || !/^\/(?!\/)[!-~]*$/.test(path)) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  const body = blank < 0 ? new Uint8Array() : input.subarray(blank + BLANK_LINE.length);
  return { method, path, headers, body };
}

/** The input that {@link readRequest} reads. */
export function writeRequest({ method, path, headers, body }: ApiRequest): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return concatBytes(utf8([`${method} ${path}`, ...lines].join('\n')), BLANK_LINE, body);
}
