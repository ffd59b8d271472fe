/** What a code means to every reader: a title, two wire statuses, and whether trying again can help. */
export interface ErrorSpec {
  readonly title: string;
  readonly grpc:
    | 'INVALID_ARGUMENT'
    | 'UNAUTHENTICATED'
    | 'PERMISSION_DENIED'
    | 'NOT_FOUND'
    | 'FAILED_PRECONDITION'
    | 'RESOURCE_EXHAUSTED'
    | 'UNAVAILABLE'
    | 'DEADLINE_EXCEEDED'
    | 'DATA_LOSS'
    | 'INTERNAL';
  readonly http: number;
  readonly retry: 'never' | 'later' | 'elsewhere';
}

/** Every failure that leaves a package, in one place. A code, once released, keeps its meaning. */
export const ERROR_SPECS = {
  // Ids and encodings
  ACCOUNT_URI_MALFORMED: bad('Not an account URI'),
  DEVICE_ID_MALFORMED: bad('Not a device id'),
  OID_MALFORMED: bad('Not a Git object id'),
  ENCODING_MALFORMED: bad('The bytes are not the one accepted spelling'),
  JSON_MALFORMED: bad('Not the JSON that is accepted here'),
  // Certificates
  CERTIFICATE_MALFORMED: bad('Not a certificate of the accepted profile'),
  CERTIFICATE_KEY_WEAK: bad('A key that nothing can be sealed to'),
  CRL_MALFORMED: bad('Not a revocation list of the accepted profile'),
  KEY_MALFORMED: bad('Not a private key of the accepted form'),
  // Git bytes
  GIT_OBJECT_MALFORMED: bad('Not a Git object of the accepted form'),
  PACK_MALFORMED: bad('Not a pack of the accepted form'),
  PACK_LIMIT_EXCEEDED: {
    title: 'A pack is larger than this device takes at once',
    grpc: 'RESOURCE_EXHAUSTED',
    http: 413,
    retry: 'never',
  },
  BUNDLE_MALFORMED: bad('Not a Git bundle that can be read'),
  REPOSITORY_UNREADABLE: {
    title: 'Not a Git directory or bundle that can be read',
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    retry: 'never',
  },
  OBJECT_MISSING: {
    title: 'A Git object that is needed is not there',
    grpc: 'DATA_LOSS',
    http: 500,
    retry: 'elsewhere',
  },
  OBJECT_DAMAGED: {
    title: 'A stored Git object no longer matches its id',
    grpc: 'DATA_LOSS',
    http: 500,
    retry: 'elsewhere',
  },
  OBJECT_COLLISION: {
    title: 'An object was made to share its id with another: an attack on SHA-1',
    grpc: 'DATA_LOSS',
    http: 500,
    retry: 'never',
  },
  // Conversations
  COMMIT_REFUSED: {
    title: 'A commit breaks a rule of the conversation',
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    retry: 'never',
  },
  CONVERSATION_NOT_FOUND: missing('This account has no such conversation'),
  MESSAGE_NOT_FOUND: missing('The conversation has no such message'),
  MODE_IS_FIXED: conflict('The mode of a conversation is fixed by its first commit'),
  CONVERSATION_SYNCING: {
    title: 'The conversation is still being fetched',
    grpc: 'UNAVAILABLE',
    http: 503,
    retry: 'later',
  },
  RULES_VERSION_UNSUPPORTED: conflict('The conversation needs a newer version of Covey'),
  EVIDENCE_MALFORMED: bad('Not a file of evidence that can be read'),
  EVIDENCE_UNPROVEN: {
    title: 'The evidence does not prove that somebody contradicted himself',
    grpc: 'INVALID_ARGUMENT',
    http: 422,
    retry: 'never',
  },
  REPAIR_NOT_SAVED: missing('No repair of this conversation has saved anything'),
  SCENARIO_MALFORMED: bad('Not a scenario of the accepted form'),
  NOT_A_MEMBER: {
    title: 'This account is no member of the conversation',
    grpc: 'PERMISSION_DENIED',
    http: 403,
    retry: 'never',
  },
  REQUEST_NOT_FOUND: missing('There is no such invitation'),
  // Mirrors
  REQUEST_FORGED: {
    title: 'The request is not signed by who may make it',
    grpc: 'UNAUTHENTICATED',
    http: 401,
    retry: 'never',
  },
  SLOT_UNKNOWN: missing('The mirror has no such slot'),
  SLOT_CLOSED: conflict('The epoch of the slot has ended'),
  SLOT_QUOTA: full('The slot is full'),
  WRITER_QUOTA: full('One writer may not have more of the slot'),
  POSITION_UNKNOWN: missing('The log of the slot has no such entry'),
  STORE_NOT_ATOMIC: conflict('The store lets two create the same name'),
  CLOCK_SKEW: conflict('The clocks differ by more than ten minutes'),
  SEGMENT_WRONG_KEY: bad('A segment of another slot or epoch'),
  SEGMENT_CORRUPT: bad('A segment that is not what was sealed'),
  SEGMENT_TRUNCATED: bad('A segment that is cut short'),
  // Accounts and devices
  ACCOUNT_UNREADABLE: {
    title: 'The folder of an account cannot be read',
    grpc: 'DATA_LOSS',
    http: 500,
    retry: 'never',
  },
  ACCOUNT_NOT_FOUND: missing('This daemon has no such account'),
  ACCOUNT_LOCKED: conflict('The account waits for its passphrase'),
  PASSPHRASE_MALFORMED: bad('Not a passphrase of the accepted form'),
  PASSPHRASE_WRONG: {
    title: 'The passphrase does not open the keys',
    grpc: 'PERMISSION_DENIED',
    http: 403,
    retry: 'never',
  },
  DEVICE_NOT_FOUND: missing('The account has no such device'),
  LINK_MALFORMED: bad('Not a link that this program understands'),
  LINK_REFUSED: {
    title: 'The one-time code is wrong, used or expired',
    grpc: 'PERMISSION_DENIED',
    http: 403,
    retry: 'never',
  },
  // Peers
  ADDRESS_MALFORMED: bad('Not an address of a device'),
  PEER_UNREACHABLE: {
    title: 'The other device does not answer',
    grpc: 'UNAVAILABLE',
    http: 503,
    retry: 'later',
  },
  PEER_WRONG_DEVICE: {
    title: 'Another device answers at this address',
    grpc: 'UNAUTHENTICATED',
    http: 401,
    retry: 'never',
  },
  PEER_REFUSED: {
    title: 'The other device may not do this here',
    grpc: 'PERMISSION_DENIED',
    http: 403,
    retry: 'never',
  },
  PEER_VERSION_UNSUPPORTED: {
    title: 'The other device speaks a protocol version that this one does not',
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    retry: 'never',
  },
  MESSAGE_TOO_LARGE: {
    title: 'A message is larger than the limit',
    grpc: 'RESOURCE_EXHAUSTED',
    http: 413,
    retry: 'never',
  },
  RATE_EXCEEDED: {
    title: 'Too many calls in a short time',
    grpc: 'RESOURCE_EXHAUSTED',
    http: 429,
    retry: 'later',
  },
  DEADLINE_EXCEEDED: {
    title: 'It took longer than allowed',
    grpc: 'DEADLINE_EXCEEDED',
    http: 504,
    retry: 'later',
  },
  // Local API and programs
  REQUEST_MALFORMED: bad('The request is not well formed'),
  OPERATION_NOT_FOUND: missing('The local API has no such operation'),
  TOKEN_REFUSED: {
    title: 'The local API needs the token of this daemon',
    grpc: 'UNAUTHENTICATED',
    http: 401,
    retry: 'never',
  },
  ORIGIN_REFUSED: {
    title: 'The local API answers only programs on this machine',
    grpc: 'PERMISSION_DENIED',
    http: 403,
    retry: 'never',
  },
  CONFIG_INVALID: {
    title: 'The configuration cannot be used',
    grpc: 'FAILED_PRECONDITION',
    http: 500,
    retry: 'never',
  },
  DATA_FOLDER_BUSY: {
    title: 'Another program uses the data folder',
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    retry: 'later',
  },
  DAEMON_UNREACHABLE: {
    title: 'No daemon answers here',
    grpc: 'UNAVAILABLE',
    http: 503,
    retry: 'later',
  },
  SHUTTING_DOWN: {
    title: 'The program is stopping',
    grpc: 'UNAVAILABLE',
    http: 503,
    retry: 'later',
  },
  INTERNAL: {
    title: 'Something failed on our side',
    grpc: 'INTERNAL',
    http: 500,
    retry: 'later',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERROR_SPECS;

function bad(title: string) {
  return { title, grpc: 'INVALID_ARGUMENT', http: 400, retry: 'never' } as const;
}

function missing(title: string) {
  return { title, grpc: 'NOT_FOUND', http: 404, retry: 'never' } as const;
}

function full(title: string) {
  return { title, grpc: 'RESOURCE_EXHAUSTED', http: 413, retry: 'elsewhere' } as const;
}

function conflict(title: string) {
  return { title, grpc: 'FAILED_PRECONDITION', http: 409, retry: 'never' } as const;
}
