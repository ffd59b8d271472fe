import { PROFILE_PATH } from '../layout.ts';
import type { Rule } from '../rule.ts';
import { vcardFault } from '../vcard.ts';
import { how } from './message.ts';

/** Bytes; a picture fits, an archive does not. */
const PROFILE_LIMIT_BYTES = 256 * 1024;

export const profile: readonly Rule[] = [
  {
    id: 'profile/only-the-profile',
    says: 'A profile update MUST change nothing but `profile.vcf`, which MUST stay.',
    source: 'authority.md, rule 12',
    jami: 'refuse',
    breaks: ({ changed }) => {
      const stray = changed.find(({ path, after }) => path !== PROFILE_PATH || after === undefined);
      return stray && { found: how(stray), path: stray.path };
    },
  },
  {
    id: 'profile/by-whom',
    says: 'The author MUST be an admin, or a member where the initial commit says so.',
    source: 'authority.md, rule 12',
    jami: 'refuse',
    breaks: ({ before, uri, charter }) => {
      const open = charter?.flat || charter?.profileBy === 'member';
      return open || before.placeOf(uri) === 'admin' ? undefined : 'author is no admin';
    },
  },
  {
    id: 'profile/size',
    says: '`profile.vcf` MUST NOT be larger than 256 KiB.',
    source: 'authority.md, rule 12',
    jami: 'deviate',
    hole: 'H15: profiles of any size that a pack can hold',
    breaks: ({ vcard }) =>
      vcard && vcard.length > PROFILE_LIMIT_BYTES
        ? { found: `${vcard.length} bytes`, path: PROFILE_PATH }
        : undefined,
  },
  {
    id: 'profile/well-formed',
    says: '`profile.vcf` MUST be a well-formed vCard 2.1.',
    source: 'authority.md, rule 12; requirements.md, LIFE-4',
    jami: 'deviate',
    hole: 'raw line breaks cut a title or description short',
    breaks: ({ vcard }) => {
      const fault = vcard && vcardFault(vcard);
      return fault === undefined ? undefined : { found: fault, path: PROFILE_PATH };
    },
  },
];
