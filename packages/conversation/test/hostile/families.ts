// Where the attacks are described that histories try. Sections of security.md, unless it says otherwise.

export const FORK = 'security.md 5.3 family 1: the banned fork before, at and after the ban';
export const VOID_MERGE = 'security.md 5.3 family 2: an honest merge of what is void';
export const INVITE = 'security.md 5.3 family 3: a void invitation, and what was built on it';
export const MUTUAL = 'security.md 5.3 family 4: admins ban each other';
export const REVOKED = 'security.md 5.3 family 6: a list against messages of the device';
export const STOLEN = 'security.md 5.3 family 8: a stolen device while its owner revokes it';
export const UNDER_VOID = 'security.md 5.3 family 11: a ban made in a branch that is void itself';
export const ONLY_LINK = 'security.md 5.3 family 12: the merge of the banned is the only link';
export const JAMI_QUORUM = 'other-systems.md 0.1: exactly half, and double voters';
export const COUNTER1 = 'authority-counterexamples.md 1 and 2: the removed creator comes back';
export const COUNTER3 = 'authority-counterexamples.md 3: a demotion has a cut too';
export const AFTER = 'security.md 5.3 family 1: the banned fork before, at and after the ban';
export const GRAFT = 'security.md 3, B8: a commit is replayed into another conversation';
export const POISON = 'security.md 3, B11: a poisoned branch under honest commits';
export const QUIET_WRITE = 'Quiet 3444: whoever stores links writes as anyone';
export const QUIET_STORE = 'Quiet 3454: the store admits an identity of its own';
export const QUIET_INVITE = 'Quiet 3456: a proof of invitation is used again';
export const MARMOT = 'marmot 173: the token of who was removed still works';
export const RADICLE = 'other-systems.md 0.6: old signed heads, replayed';
export const JAMI_CRL = 'other-systems.md 0.3: lists that nobody consults';
export const JAMI_MERGE = 'other-systems.md 0.4: merges that keep one side';
export const HAVE = 'jami-format.md H16: what is said to be there already is left out';
export const BAN_AGAINST =
  'security.md 5.3 family 5: a ban against whatever else happens to its target';
export const LEAVE = 'security.md 5.3 family 9: a leave and a ban at once';
export const PARTITION = 'security.md 5.3 family 10: a partition into three, healed in any order';
export const EXPIRED = 'security.md 5.3 family 7: clocks and dates that lie';
export const REPLAY = 'other-systems.md 0.6: old signed heads, replayed';
export const LOCAL = 'other-systems.md 0.2: verdicts that hang on local state';
export const CONFLICT = 'other-systems.md 0.4: concurrent changes of one path';
export const TAKEN_UP = 'security.md 5.3 family 6: a list against messages of the device';
export const VOTES = 'security.md 3, B6: votes forged, cast twice, replayed';
