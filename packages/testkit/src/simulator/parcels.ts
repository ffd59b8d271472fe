import { CoveyError } from '@covey/errors';
import type { GitObject } from '@covey/git-objects';

/** What stands for a pack on the simulated wire. How packs are read and written is tried elsewhere, with real ones. */
class Parcel extends Uint8Array {
  objects: readonly GitObject[] = [];
}

/** Takes the place of a pack with these objects. */
export function parcelOf(objects: readonly GitObject[]): Uint8Array {
  const parcel = new Parcel(4);
  parcel.objects = objects;
  return parcel;
}

/** @throws {CoveyError} PACK_MALFORMED when the bytes are no parcel */
export function openParcel(parcel: Uint8Array): readonly GitObject[] {
  if (parcel instanceof Parcel) return parcel.objects;
  throw new CoveyError('PACK_MALFORMED', 'bytes that are no pack');
}
