import type { Entry } from '../entry.ts';
import { text } from '../kinds.ts';
import { VOTE_ACTIONS } from '../layout.ts';
import type { Voids } from '../voids.ts';
import type { NamedAct } from './explanation.ts';

/** A commit as other explanations name it. */
export function named(entry: Entry, voids: Voids): NamedAct {
  const { oid, uri, device, content } = entry;
  const { kind, fields } = content;
  const action = VOTE_ACTIONS.find(
    (each) => each === (kind === 'vote' ? text(fields, 'action') : kind),
  );
  const target = text(fields, 'uri');
  const reason = voids.reasonOf(entry);
  return {
    ...{ commit: oid, kind, by: uri, device },
    ...(action === undefined ? {} : { action }),
    ...(target === '' ? {} : { target }),
    ...(reason ? { void: reason.step } : {}),
  };
}
