import { type AccountUri, accountUriOf } from './account-uri.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { accepted, type Judged, judged, refused } from './judged.ts';
import { readPem } from './pem.ts';
import { authorityFault, issueFault, type JudgePorts } from './profile.ts';

/** An account's papers, judged: its certificate and the CA that issued it. */
export interface AccountChain {
  readonly uri: AccountUri;
  readonly account: Certificate;
  readonly authority: Certificate;
  /** The file as it is in trees: the account's certificate, then the CA's. */
  readonly pem: Uint8Array;
}

/**
 * Judges `admins/<uri>.crt` or `members/<uri>.crt`: the account has the key that the file name says,
 * the CA issued it and itself. No clock, no list: dates and revocation are other questions.
 */
export async function judgeAccountChain(
  pem: Uint8Array,
  expected: AccountUri,
  ports: JudgePorts,
): Promise<Judged<AccountChain>> {
  const read = judged(() => readPem(pem, 'CERTIFICATE').map(readCertificate));
  if (!read.ok) return read;
  const [account, authority] = read.value;
  if (!account || !authority || read.value.length !== 2) {
    return refused(`${read.value.length} certificates, not the account's and its CA's`);
  }
  const uri = accountUriOf(account.publicKey, ports.digests);
  if (uri !== expected) return refused(`the key of account ${uri}`);
  const fault =
    authorityFault(account, ports.digests) ??
    authorityFault(authority, ports.digests) ??
    (await issueFault(authority, authority, ports)) ??
    (await issueFault(account, authority, ports));
  if (fault !== undefined) return refused(fault);
  return accepted({ uri, account, authority, pem: new Uint8Array(pem) });
}
