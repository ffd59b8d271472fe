import { type JsonValue, readJson } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { defineCommand, UsageError } from './command.ts';
import { safeJson } from './safe-text.ts';

/** An id of digits alone must stay a text, so only short numbers are numbers. */
const JSON_LIKE = /^(?:-?[0-9]{1,9}|true|false|null|["[{].*)$/s;

/** `covey rpc`: any method of the JSON-RPC endpoint, with parameters by position. */
export const rpc = defineCommand({
  name: 'rpc',
  usage: 'METHOD [PARAMETER]...',
  summary: 'call a method of the JSON-RPC endpoint and print its result as JSON',
  details: [
    'Parameters are passed by position, most methods take the account id first. A PARAMETER that is a short number, true, false, null, or begins with `"`, `[` or `{` is read as JSON, anything else is a text. One single `{...}` names the parameters.',
  ],
  positionals: [1, Number.POSITIVE_INFINITY],
  run: async ([method = '', ...texts], _, { peer, io }) => {
    const params = texts.map(parseParameter);
    const [only, second] = params;
    const isNamed = second === undefined && typeof only === 'object' && only !== null;
    const result = await peer.rpc(method, isNamed && !Array.isArray(only) ? only : params);
    io.out(safeJson(result));
    return 0;
  },
});

function parseParameter(text: string): JsonValue {
  if (!JSON_LIKE.test(text)) return text;
  try {
    return readJson(text);
  } catch (reason) {
    if (!CoveyError.is(reason, 'JSON_MALFORMED')) throw reason;
    throw new UsageError(`a parameter is no JSON: ${reason.message}`, 'write a text as \'"text"\'');
  }
}
