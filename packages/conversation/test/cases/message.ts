import { layout } from '@covey/conversation';
import { judged, NOBODY, type RuleCases, text } from './rule-case.ts';

/** A day on which papers are renewed. */
const LATER = new Date('2026-11-10T00:00:00Z');

export const PICTURE = {
  ...{ displayName: 'cat.png', sha3sum: 'ab'.repeat(64), tid: '42', totalSize: '260' },
  type: 'application/data-transfer+json',
};

export const messageCases: RuleCases = {
  'message/no-other-change': {
    commit: async (set, lie) => {
      const { bob } = await set(['alice', 'bob']);
      const files = { [layout.adminPath(bob.uri)]: bob.writer.chainPem };
      return judged(bob, { message: text('hello'), files: lie ? files : {} });
    },
  },
  'message/body': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      return judged(alice, { message: lie ? { type: 'text/plain' } : text('') });
    },
  },
  'message/one-relation': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const { oid } = await alice.says('first');
      const both = { 'react-to': oid, 'reply-to': oid };
      return judged(alice, { message: text('x', lie ? both : { 'reply-to': oid }) });
    },
  },
  'message/target-among-ancestors': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const { oid } = await alice.says('first');
      return judged(alice, { message: text('+1', { 'react-to': lie ? NOBODY : oid }) });
    },
  },
  'edit/original-among-ancestors': {
    jami: 'deviate',
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const { oid } = await alice.says('frist');
      return judged(alice, { message: text('first', { edit: lie ? NOBODY : oid }) });
    },
  },
  'edit/same-account': {
    jami: 'deviate',
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const { oid } = await alice.says('frist');
      await bob.receive(alice);
      return judged(lie ? bob : alice, { message: text('first', { edit: oid }) });
    },
  },
  'edit/names-the-original': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const original = await alice.says('frist');
      const edition = await alice.says('first', { edit: original.oid });
      const edit = lie ? edition.oid : original.oid;
      return judged(alice, { message: text('First', { edit }) });
    },
  },
  'file/fields': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      return judged(alice, { message: { ...PICTURE, ...(lie ? { totalSize: 260 } : {}) } });
    },
  },
  'papers/nothing-else': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const path = layout.devicePath(alice.deviceId);
      const renewed = await alice.account.issuePaper(alice.writer, LATER);
      const message = { ...(lie ? { body: 'hello' } : {}), type: 'application/update-papers' };
      return judged(alice, { message, files: { [path]: renewed } });
    },
  },
  'call/fields': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const call = { duration: lie ? '1.5 s' : '1500', to: bob.uri };
      return judged(alice, { message: { ...call, type: 'application/call-history+json' } });
    },
  },
};
