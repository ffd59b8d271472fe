import type { Forgery, StageOptions } from '@covey/testkit';
import type { Question } from './cast.ts';

/** What a forgery does to the tree. */
export type Files = NonNullable<Forgery['files']>;

/** The JSON of the initial commit. */
export type Charter = StageOptions['charter'];

// Questions that attempts put to the admins, by name.
export const BAN_MEMBER: Question = { action: 'ban', from: 'members' };
export const BAN_ADMIN: Question = { action: 'ban', from: 'admins' };
export const BAN_INVITED: Question = { action: 'ban', from: 'invited' };
export const BAN_DEVICE: Question = { action: 'ban', from: 'devices' };
export const UNBAN_MEMBER: Question = { action: 'unban', from: 'members' };
export const UNBAN_ADMIN: Question = { action: 'unban', from: 'admins' };
export const UNBAN_DEVICE: Question = { action: 'unban', from: 'devices' };
export const PROMOTE: Question = { action: 'promote', from: 'members' };
export const DEMOTE: Question = { action: 'demote', from: 'admins' };

/** A group without admins. */
export const flat2: Charter = { flat: true, mode: 2 };

/** An open group without admins. */
export const flat3: Charter = { flat: true, mode: 3 };
