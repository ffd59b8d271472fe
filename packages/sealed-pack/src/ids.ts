import { bytesOf, type Form, fromHex, toHex } from '@covey/codec';
import { type AccountUri, type DeviceId, parseAccountUri, parseDeviceId } from '@covey/identity';

/** A device id as its 32 bytes. */
export const DEVICE: Form<DeviceId> = hexForm(32, parseDeviceId);
/** An account URI as its 20 bytes. */
export const ACCOUNT: Form<AccountUri> = hexForm(20, parseAccountUri);

function hexForm<T extends string>(length: number, parse: (text: string) => T): Form<T> {
  const bytes = bytesOf(length);
  return {
    encode: (id) => bytes.encode(fromHex(id)),
    decode: (encoded) => parse(toHex(bytes.decode(encoded))),
  };
}
