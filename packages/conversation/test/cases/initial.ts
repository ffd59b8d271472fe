import { layout } from '@covey/conversation';
import type { TestDevice } from '@covey/testkit';
import { counterClock, TestDevice as Device, makeTestAccount } from '@covey/testkit';
import { judged, type RuleCases, uriOf } from './rule-case.ts';

/** What a first commit holds, and nothing else. */
export function foundingFiles({ writer }: TestDevice): Record<string, Uint8Array> {
  return {
    [layout.adminPath(writer.uri)]: writer.chainPem,
    [layout.devicePath(writer.deviceId)]: writer.devicePem,
  };
}

/** A device that has nothing yet, in the profile of the group that `set` would make. */
async function founder(set: Parameters<RuleCases[string]['commit']>[0]): Promise<Device> {
  const { alice } = await set(['alice']);
  const { profile } = alice.history;
  return new Device(await makeTestAccount('erin'), counterClock(), { profile });
}

export const initialCases: RuleCases = {
  'initial/is-the-root': {
    jami: 'deviate',
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      if (lie) return judged(alice, { message: { mode: 2, type: 'initial' } });
      const erin = await founder(set);
      const files = foundingFiles(erin);
      return judged(erin, { message: { mode: 2, type: 'initial' }, files });
    },
  },
  'initial/rules-version': {
    commit: async (set, lie) => {
      const erin = await founder(set);
      const message = { mode: 2, type: 'initial', version: lie ? 2 : 1 };
      return judged(erin, { message, files: foundingFiles(erin) });
    },
  },
  'initial/charter': {
    commit: async (set, lie) => {
      const erin = await founder(set);
      const message = { mode: lie ? 5 : 3, type: 'initial' };
      return judged(erin, { message, files: foundingFiles(erin) });
    },
  },
  'initial/keys': {
    commit: async (set, lie) => {
      const erin = await founder(set);
      const more = lie ? { owner: erin.uri } : { version: 1 };
      const message = { ...more, mode: 2, type: 'initial' };
      return judged(erin, { message, files: foundingFiles(erin) });
    },
  },
  'initial/tree': {
    commit: async (set, lie) => {
      const erin = await founder(set);
      const more = lie ? { [layout.invitedPath(await uriOf('mallory'))]: '' } : {};
      const files = { ...foundingFiles(erin), ...more };
      return judged(erin, { message: { mode: 2, type: 'initial' }, files });
    },
  },
  'initial/invited-file': {
    commit: async (set, lie) => {
      const erin = await founder(set);
      const invited = await uriOf('bob');
      const file = lie ? {} : { [layout.invitedPath(invited)]: '' };
      const files = { ...foundingFiles(erin), ...file };
      return judged(erin, { message: { invited, mode: 0, type: 'initial' }, files });
    },
  },
  'initial/changes-nothing-later': {
    strict: 'initial/is-the-root',
    commit: async (set, lie) => {
      if (lie) {
        const { alice } = await set(['alice']);
        const files = { [layout.PROFILE_PATH]: 'BEGIN:VCARD\nVERSION:2.1\nEND:VCARD' };
        return judged(alice, { message: { mode: 2, type: 'initial' }, files });
      }
      const erin = await founder(set);
      const message = { mode: 2, type: 'initial' };
      return judged(erin, { message, files: foundingFiles(erin) });
    },
  },
};
