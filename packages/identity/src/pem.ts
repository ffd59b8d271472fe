import { equalBytes, fromBase64, toBase64, utf8, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';

/** What a PEM block (RFC 7468) may hold here. */
export type PemLabel = 'CERTIFICATE' | 'X509 CRL';

const COLUMNS = 64;
/** A list of 64 KiB, in base64 with line ends, and room to spare. */
const MAX_PEM_BYTES = 96 * 1024;

/**
 * Reads one or more PEM blocks in the one spelling that {@link writePem} has: 64 columns, `\n`,
 * canonical base64, nothing around or between. A second spelling would be a second file of the same
 * certificate, and what stands around a block is read by some programs and not by others.
 * @throws {CoveyError} CERTIFICATE_MALFORMED or CRL_MALFORMED, by the label
 */
export function readPem(bytes: Uint8Array, label: PemLabel): Uint8Array[] {
  if (bytes.length > MAX_PEM_BYTES) throw malformed(label, `more than ${MAX_PEM_BYTES} bytes`);
  let ders: Uint8Array[];
  try {
    ders = utf8Text(bytes)
      .split(`-----END ${label}-----\n`)
      .slice(0, -1)
      .map((block) =>
        fromBase64(block.replace(`-----BEGIN ${label}-----\n`, '').replaceAll('\n', '')),
      );
  } catch (cause) {
    throw malformed(label, 'not PEM', cause);
  }
  // The split above is generous; that writing it again gives the same bytes is the test.
  if (ders.length === 0 || ders.some(isEmpty) || !equalBytes(writePem(ders, label), bytes)) {
    throw malformed(label, 'not PEM in its one accepted spelling');
  }
  return ders;
}

/** PEM as GnuTLS writes it, block after block. */
export function writePem(ders: readonly Uint8Array[], label: PemLabel): Uint8Array {
  return utf8(ders.map((der) => block(der, label)).join(''));
}

function block(der: Uint8Array, label: PemLabel): string {
  const text = toBase64(der);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += COLUMNS) lines.push(text.slice(at, at + COLUMNS));
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function isEmpty(der: Uint8Array): boolean {
  return der.length === 0;
}

function malformed(label: PemLabel, why: string, cause?: unknown): CoveyError {
  const code = label === 'CERTIFICATE' ? 'CERTIFICATE_MALFORMED' : 'CRL_MALFORMED';
  return new CoveyError(code, why, { cause });
}
