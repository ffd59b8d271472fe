export { concatBytes, equalBytes, ownText, utf8, utf8Text } from './bytes.ts';
export type { Digests } from './digests.ts';
export {
  bytesOf,
  bytesUpTo,
  type Form,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
  textUpTo,
} from './frame.ts';
export { canonicalJson, type JsonObject, type JsonValue, readJson } from './json.ts';
export { fromBase64, fromBase64url, fromHex, toBase64, toBase64url, toHex } from './text-forms.ts';
