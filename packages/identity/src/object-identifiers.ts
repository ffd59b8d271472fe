/** Content bytes in hex of the object identifiers that the profile knows. All others are refused. */
export const OID = {
  /** id-at-commonName, 2.5.4.3 (RFC 5280 appendix A.1) */
  commonName: '550403',
  /** userId, 0.9.2342.19200300.100.1.1 (RFC 4519 §2.39) */
  userId: '0992268993f22c640101',
  /** 2.5.29.14 */
  subjectKeyIdentifier: '551d0e',
  /** 2.5.29.15 */
  keyUsage: '551d0f',
  /** 2.5.29.19 */
  basicConstraints: '551d13',
  /** 2.5.29.20 */
  crlNumber: '551d14',
  /** 2.5.29.35 */
  authorityKeyIdentifier: '551d23',
} as const;
