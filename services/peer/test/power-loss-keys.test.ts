import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Papers, type Passphrase, parsePassphrase } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { makeEd25519Key } from '@covey/node-crypto';
import { LOSSES, type LossCase, recordDisk, surviveEveryLoss } from '@covey/testkit/disk';
import { DiskHousehold } from '../src/accounts/household.ts';
import { temporaryFolder } from './stage.ts';

const SEEDS = 3 * Number(process.env['COVEY_TEST_RUNS'] ?? '1');
const ACCOUNT_ID = '00000000000000a1';
const PAPERS: Papers = {
  chainPem: new Uint8Array([1]),
  devicePem: new Uint8Array([2]),
  devicePkcs8: makeEd25519Key().pkcs8,
  accountPkcs8: makeEd25519Key().pkcs8,
  authorityPkcs8: makeEd25519Key().pkcs8,
  displayName: 'Alice',
  deviceName: 'laptop',
};
const FIRST = parsePassphrase('the first passphrase');
const SECOND = parsePassphrase('the second passphrase');

/** Keys are to be under this passphrase, or in clear; and whether that was promised by now. */
interface Form {
  readonly passphrase: Passphrase | undefined;
  readonly isPromised: boolean;
}

const losses = (n: number) => [
  ...LOSSES,
  ...Array.from({ length: SEEDS }, (_, seed) => n * 1000 + seed),
];

test('SAFE-3: whatever a power loss takes of a change of passphrase, the keys are in the old form or the new one', {
  timeout: 600_000,
}, async ({ annotate }) => {
  const root = await temporaryFolder();
  const recording = await recordDisk<Form>(root, async (mark) => {
    const promise = async (passphrase: Passphrase | undefined, step: () => Promise<unknown>) => {
      mark({ passphrase, isPromised: false });
      await step();
      mark({ passphrase, isPromised: true });
    };
    const household = householdIn(root);
    await promise(undefined, () => household.create(ACCOUNT_ID, PAPERS));
    const folder = household.folder(ACCOUNT_ID);
    await promise(FIRST, () => folder.changePassphrase({ next: FIRST }));
    await promise(SECOND, () => folder.changePassphrase({ current: FIRST, next: SECOND }));
    await promise(undefined, () => folder.changePassphrase({ current: SECOND }));
  });
  const { operations, cases, distinct } = await surviveEveryLoss(recording, { losses, check });
  await annotate(`n = 0 to ${operations}: ${cases} power losses, ${distinct} different disks`);
});

test('SAFE-3: whatever a power loss takes while keys of an earlier version are taken over, none is lost', async ({
  annotate,
}) => {
  const root = await temporaryFolder();
  await householdIn(root).create(ACCOUNT_ID, PAPERS);
  const path = join(root, ACCOUNT_ID);
  await writeFile(join(path, 'device.key'), PAPERS.devicePkcs8);
  await writeFile(join(path, 'account.key'), PAPERS.accountPkcs8);
  await writeFile(join(path, 'authority.key'), PAPERS.authorityPkcs8);
  await rm(join(path, 'keys'));
  const recording = await recordDisk<Form>(root, async (mark) => {
    mark({ passphrase: undefined, isPromised: true });
    await householdIn(root).accounts();
  });
  const { operations, cases, distinct } = await surviveEveryLoss(recording, { losses, check });
  await annotate(`n = 0 to ${operations}: ${cases} power losses, ${distinct} different disks`);
});

async function check({ path, marks }: LossCase<Form>): Promise<void> {
  const promised = marks.findLastIndex(({ isPromised }) => isPromised);
  const [folder] = await householdIn(path).accounts();
  if (!folder) {
    expect(promised).toBe(-1);
    return;
  }
  // What was promised last, or what was asked for since then.
  const forms = marks.slice(Math.max(0, promised)).map(({ passphrase }) => passphrase);
  const isSealed = await folder.isSealed();
  const candidates = [...new Set(forms)].filter((form) => (form !== undefined) === isSealed);
  const opened = await firstThatOpens(candidates, (form) => folder.papers(form));
  expect(opened).toEqual(PAPERS);
  const names = await readdir(join(path, ACCOUNT_ID));
  expect(names.filter((name) => name.startsWith('tmp_') || name.endsWith('.key'))).toEqual([]);
}

async function firstThatOpens(
  candidates: readonly (Passphrase | undefined)[],
  open: (passphrase: Passphrase | undefined) => Promise<Papers>,
): Promise<Papers | undefined> {
  for (const candidate of candidates) {
    try {
      return await open(candidate);
    } catch (reason) {
      if (!CoveyError.is(reason, 'PASSPHRASE_WRONG')) throw reason;
    }
  }
  return undefined;
}

function householdIn(root: string): DiskHousehold {
  return new DiskHousehold(root, () => new Date(0));
}
