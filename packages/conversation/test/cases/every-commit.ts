import { utf8 } from '@covey/codec';
import { layout } from '@covey/conversation';
import { oidBytes } from '@covey/git-objects';
import { deviceLike, ISSUED_AT, makeTestAccount, sync, testSigner } from '@covey/testkit';
import { judged, type RuleCases, text } from './rule-case.ts';

export const everyCommitCases: RuleCases = {
  'every-commit/form': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const headers = (lines: readonly string[]) => [...lines, 'encoding UTF-8'];
      return judged(alice, { message: text('hello'), ...(lie ? { headers } : {}) });
    },
  },
  'every-commit/tree': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      if (!lie) return judged(alice, { message: text('hello') });
      const entry = Uint8Array.of(...utf8('100755 run.sh\0'), ...oidBytes(layout.EMPTY_BLOB));
      const [tree] = await alice.store.write([{ type: 'tree', bytes: entry }]);
      return judged(alice, { message: text('hello'), ...(tree ? { tree } : {}) });
    },
  },
  'every-commit/message-is-json': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const twice = '{"body":"a","body":"b","type":"text/plain"}';
      return judged(alice, { message: lie ? twice : text('a') });
    },
  },
  'every-commit/message-is-an-object': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      return judged(alice, { message: lie ? '["text/plain"]' : text('a') });
    },
  },
  'every-commit/type-is-known': {
    jami: 'deviate',
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      // With a slash it would be a MIME type, which may be one of a later version.
      return judged(alice, { message: { type: lie ? 'party' : 'application/party' } });
    },
  },
  'every-commit/author-is-a-device': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice', 'bob']);
      const author = { email: 'ab'.repeat(32) };
      return judged(alice, { message: text('hello'), ...(lie ? { author } : {}) });
    },
  },
  'every-commit/device-chains-to-account': {
    commit: async (set, lie) => {
      const { bob } = await set(['alice', 'bob']);
      const thief = await makeTestAccount('mallory');
      const issuer = lie ? thief : bob.account;
      const device = await bob.account.addDevice('new');
      const paper = await issuer.issuePaper(device, ISSUED_AT, bob.account);
      return judged(bob, {
        ...{ message: text('I am bob'), author: { email: device.deviceId }, signer: device.signer },
        files: { [layout.devicePath(device.deviceId)]: paper },
      });
    },
  },
  'every-commit/author-in-standing': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const phone = await deviceLike(bob, { label: 'phone' });
      await phone.says('from my phone');
      await sync(alice, phone);
      if (lie) {
        await alice.votes('ban', phone.deviceId);
        await alice.resolves('ban', phone.deviceId);
        await sync(alice, phone);
      }
      const paper = { [layout.devicePath(phone.deviceId)]: phone.writer.devicePem };
      return judged(phone, { message: text('still here'), files: paper });
    },
  },
  'every-commit/signature': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const signer = testSigner('somebody else');
      return judged(alice, { message: text('hello'), ...(lie ? { signer } : {}) });
    },
  },
  'every-commit/own-papers': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const phone = await deviceLike(alice, { label: 'phone' });
      const other = await makeTestAccount('mallory');
      const list = await (lie ? other : alice.account).revoke(1n, [phone.writer]);
      return judged(alice, { message: text('x'), files: { [layout.crlPath(alice.uri)]: list } });
    },
  },
};
