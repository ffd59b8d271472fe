import { fromBase64 } from '@covey/codec';
import { verifyHistory } from '@covey/conversation';
import { readCommit } from '@covey/git-objects';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { makeTestAccount } from '@covey/testkit';
import type { MadeHistory } from './history.ts';
import { inTurn, row } from './measure.ts';

const IN_FLIGHT = 64;

/** Judging a whole history, beside checking the same signatures and nothing else: the floor. */
export async function benchJudging({ heads, store, objects }: MadeHistory): Promise<string> {
  const { writer } = await makeTestAccount('bench');
  const commits = objects
    .filter(({ type }) => type === 'commit')
    .map(({ bytes }) => readCommit(bytes).commit)
    .filter((commit) => commit !== undefined)
    .map(({ payload, signature = '' }) => ({ payload, signature: fromBase64(signature) }));
  const times = await inTurn(5, {
    ours: async () => {
      const crypto = { digests: nodeDigests, verifier: nodeVerifier() };
      const report = await verifyHistory(heads, store, crypto, { profile: 'strict' });
      if (!report.valid) throw new Error('the history is not valid');
    },
    floor: async () => {
      const { verify } = nodeVerifier();
      for (let at = 0; at < commits.length; at += IN_FLIGHT) {
        const batch = commits.slice(at, at + IN_FLIGHT);
        const key = writer.signer.publicKey;
        await Promise.all(
          batch.map(({ payload, signature }) => verify(key, 'ed25519', payload, signature)),
        );
      }
    },
  });
  return row(
    `judge ${commits.length} commits`,
    times['ours'] ?? 0,
    'their signatures alone',
    times['floor'] ?? 0,
  );
}
