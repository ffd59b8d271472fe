import { utf8 } from '@covey/codec';

/** Texts as entries of a dictionary. */
export function words(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map(utf8);
}
