import { makeTestAccount } from '@covey/testkit';
import {
  type AccountChain,
  accountUriOf,
  type Judged,
  judgeAccountChain,
  judgeCrl,
  judgeDevice,
  type PemLabel,
  parseDeviceId,
  readPem,
  writePem,
} from '../src/index.ts';
import { ports } from './made-chain.ts';

/** One certificate or list, and what stands between its bytes and belief. */
export interface Paper {
  readonly name: string;
  readonly label: PemLabel;
  readonly der: Uint8Array;
  /** Judges bytes in the place of `der` as a device does that finds them in a tree: form, name, issuer's signature. */
  isTaken(der: Uint8Array): Promise<boolean>;
  /** The same for the file that it stands in alone; none for the CA, which has no file of its own. */
  isFileTaken?(pem: Uint8Array): Promise<boolean>;
}

/** The papers of an account by that name: CA, account, device, and a list that revokes the device. */
export async function papersOf(name: string): Promise<readonly Paper[]> {
  const account = await makeTestAccount(name);
  const { writer, chainPem } = account;
  const uri = accountUriOf(account.signer.publicKey, ports.digests);
  const id = parseDeviceId(writer.deviceId);
  const [accountDer, authorityDer] = readPem(chainPem, 'CERTIFICATE');
  const [deviceDer] = readPem(writer.devicePem, 'CERTIFICATE');
  const crlPem = await account.revoke(7n, [writer]);
  const [crlDer] = readPem(crlPem, 'X509 CRL');
  const judged = await judgeAccountChain(chainPem, uri, ports);
  if (!judged.ok || !accountDer || !authorityDer || !deviceDer || !crlDer) {
    throw new Error('the papers of a test account are good');
  }
  const chain: AccountChain = judged.value;
  const isTaken = async (judging: Promise<Judged<unknown>>) => (await judging).ok;
  const judgeChain = (pem: Uint8Array) => isTaken(judgeAccountChain(pem, uri, ports));
  const judgeDevicePem = (pem: Uint8Array) => isTaken(judgeDevice(pem, id, chain, ports));
  const judgeCrlPem = (pem: Uint8Array) => isTaken(judgeCrl(pem, chain, ports));
  return [
    {
      ...{ name: `CA of ${name}`, label: 'CERTIFICATE', der: authorityDer },
      isTaken: (der) => judgeChain(writePem([accountDer, der], 'CERTIFICATE')),
    },
    {
      ...{ name: `account ${name}`, label: 'CERTIFICATE', der: accountDer },
      isTaken: (der) => judgeChain(writePem([der, authorityDer], 'CERTIFICATE')),
    },
    {
      ...{ name: `device of ${name}`, label: 'CERTIFICATE', der: deviceDer },
      isTaken: (der) => judgeDevicePem(writePem([der], 'CERTIFICATE')),
      isFileTaken: judgeDevicePem,
    },
    {
      ...{ name: `list of ${name}`, label: 'X509 CRL', der: crlDer },
      isTaken: (der) => judgeCrlPem(writePem([der], 'X509 CRL')),
      isFileTaken: judgeCrlPem,
    },
  ];
}
