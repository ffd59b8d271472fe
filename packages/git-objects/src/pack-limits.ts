import { CoveyError } from '@covey/errors';
import type { ObjectType } from './git-object.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What one pack may cost whoever reads it. All sizes in bytes. */
export interface PackLimits {
  readonly maxPackBytes: number;
  readonly maxObjects: number;
  readonly maxObjectBytes: Readonly<Record<ObjectType, number>>;
  /** All objects and all delta programs together, as they lie in memory while the pack is read. */
  readonly maxInflatedBytes: number;
  readonly maxDeltaDepth: number;
}

/** For packs of peers and mirrors (security.md section 6). Long histories come in several packs. */
export const DEFAULT_PACK_LIMITS: PackLimits = {
  maxPackBytes: 32 * MIB,
  maxObjects: 20_000,
  maxObjectBytes: { commit: 64 * KIB, tree: MIB, blob: 256 * KIB },
  maxInflatedBytes: 128 * MIB,
  maxDeltaDepth: 50,
};

/** For files that the user points at: large, but no object may still fill the memory. */
export const LOCAL_PACK_LIMITS: PackLimits = {
  maxPackBytes: 2048 * MIB,
  maxObjects: 10_000_000,
  maxObjectBytes: { commit: MIB, tree: 16 * MIB, blob: 16 * MIB },
  maxInflatedBytes: 4096 * MIB,
  maxDeltaDepth: 4095, // the most that git pack-objects itself will write
};

/** The refusal of a pack that breaks the format. `defect` is short and constant. */
export function packMalformed(defect: string, offset?: number, cause?: unknown): CoveyError {
  return refusal('PACK_MALFORMED', defect, offset, cause);
}

/** The refusal of a pack that may be well formed, but costs more than is allowed. */
export function packTooLarge(defect: string, offset?: number): CoveyError {
  return refusal('PACK_LIMIT_EXCEEDED', defect, offset);
}

function refusal(
  code: 'PACK_MALFORMED' | 'PACK_LIMIT_EXCEEDED',
  defect: string,
  offset?: number,
  cause?: unknown,
): CoveyError {
  const place = offset === undefined ? '' : ` at byte ${offset}`;
  const data = offset === undefined ? { defect } : { defect, offset: String(offset) };
  return new CoveyError(code, `${defect}${place}`, { data, cause });
}
