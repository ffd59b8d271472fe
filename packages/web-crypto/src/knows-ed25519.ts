import { fromHex } from '@covey/codec';
import { plainBytes, type WebSubtle } from './web-subtle.ts';

/** RFC 8032 §7.1, TEST 2: the public key, the one byte that it signed, the signature. */
const KEY = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const MESSAGE = '72';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

/** Whether the engine verifies a signature of which we know that it is right, and no other of that key. */
export async function knowsEd25519<Key>(subtle: WebSubtle<Key>): Promise<boolean> {
  const name = 'Ed25519';
  const bytes = (hex: string) => plainBytes(fromHex(hex));
  try {
    const key = await subtle.importKey('raw', bytes(KEY), { name }, false, ['verify']);
    const verify = (message: string) =>
      subtle.verify({ name }, key, bytes(SIGNATURE), bytes(message));
    return (await verify(MESSAGE)) && !(await verify('73'));
  } catch {
    // NotSupportedError where the engine has no Ed25519; whatever else it is, it is no answer.
    return false;
  }
}
