import { CoveyError } from '@covey/errors';
import {
  type Failure,
  type Hello,
  type Invite,
  InviteRequest,
  type InviteResponse,
  type KnownDevice,
  type LinkRequest,
  type LinkResponse,
  type Offers,
  type ReconcileRequest,
  type Refusal,
  type Request,
  type Response,
} from '@covey/grpc-api';
import { DEFAULT_LIMITS } from './limits.ts';

// The bounds that `peer.proto` documents, as checks: of what goes out, so that a bug of ours shows
// here and not at the peer's, and of what comes in. Each throws MESSAGE_TOO_LARGE.

const ID_BYTES = 64;
const ADDRESS_BYTES = 261;
const ADDRESSES = 16;
const FEATURES = 64;
const HEADS = 1024;
const HAVES = 4096;
const OFFERS = 64;
const ROSTER = 512;
const MEMBERS = 512;
const MAP_ENTRIES = 16;
const KEY_BYTES = 64;
const BODY_BYTES = 2 * 1024 * 1024;

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkRequest({ body }: Request): void {
  switch (body?.$case) {
    case 'heads':
      id(body.value.conversationId);
      break;
    case 'fetch':
      id(body.value.conversationId);
      ids(body.value.wants, HEADS);
      ids(body.value.haves, HAVES);
      break;
    case 'announce':
      text(body.value.mimeType, ID_BYTES, 'a MIME type');
      for (const each of [body.value.deviceId, body.value.id, body.value.commit]) id(each);
      text(body.value.stateDigest, ID_BYTES, 'a digest');
      ids(body.value.heads, HEADS);
      break;
    case 'roster':
      id(body.value.conversationId);
      roster(body.value.devices);
      break;
    case 'invite':
      checkInviteRequest(body.value);
      break;
    case 'sync':
      atMost(BODY_BYTES, body.value.body.length, 'bytes of sync');
      break;
    case 'refusal':
      refusal(body.value);
      break;
  }
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkResponse({ body }: Response): void {
  switch (body?.$case) {
    case 'heads':
      text(body.value.stateDigest, ID_BYTES, 'a digest');
      ids(body.value.heads, HEADS);
      break;
    case 'roster':
      roster(body.value.devices);
      break;
    case 'invite':
      checkInviteResponse(body.value);
      break;
    case 'sync':
      atMost(BODY_BYTES, body.value.body.length, 'bytes of sync');
      break;
  }
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkInviteRequest(request: InviteRequest): void {
  const { body } = request;
  switch (body?.$case) {
    case 'invite':
      invite(body.value);
      break;
    case 'redeem':
      atMost(64, body.value.secret.length, 'bytes of secret');
      atMost(24 * 1024, body.value.accountChainPem.length, 'bytes of certificates');
      addresses(body.value.addresses);
      id(body.value.conversationId);
      break;
    case 'ask':
      text(body.value.mimeType, ID_BYTES, 'a MIME type');
      id(body.value.conversationId);
      break;
  }
  const bytes = InviteRequest.encode(request).finish().length;
  atMost(DEFAULT_LIMITS.inviteBytes, bytes, 'bytes of invitation');
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkInviteResponse({ body }: InviteResponse): void {
  if (body?.$case === 'invite') invite(body.value);
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkLinkRequest({ codeProof, publicKey, deviceName }: LinkRequest): void {
  atMost(256, codeProof.length, 'bytes of proof');
  atMost(1024, publicKey.length, 'bytes of public key');
  text(deviceName, 256, 'a device name');
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkLinkResponse(response: LinkResponse): void {
  atMost(24 * 1024, response.accountChainPem.length, 'bytes of certificates');
  atMost(12 * 1024, response.deviceCertificatePem.length, 'bytes of certificate');
  atMost(BODY_BYTES, response.bundle.length, 'bytes of bundle');
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkReconcileRequest(request: ReconcileRequest): void {
  id(request.conversationId);
  checkOffers({ commits: request.offers });
  ids(request.haves, HEADS);
  addresses(request.addresses);
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkOffers({ commits }: Offers): void {
  atMost(OFFERS, commits.length, 'offers');
  for (const commit of commits) id(commit);
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkHello({ features, addresses: list }: Hello): void {
  atMost(FEATURES, features.length, 'features');
  for (const feature of features) text(feature, ID_BYTES, 'a feature');
  addresses(list);
}

/** @throws {CoveyError} MESSAGE_TOO_LARGE */
export function checkFailure({ code, message, data }: Failure): void {
  text(code, ID_BYTES, 'a code');
  text(message, 1024, 'a message');
  map(data, 256);
}

function refusal({ conversationId, commit, rule, path }: Refusal): void {
  id(conversationId);
  id(commit);
  text(rule, ID_BYTES, 'a rule');
  text(path, 256, 'a path');
}

function invite(value: Invite): void {
  text(value.mimeType, ID_BYTES, 'a MIME type');
  id(value.conversationId);
  id(value.from);
  text(value.received, 20, 'a time');
  map(value.metadatas, DEFAULT_LIMITS.inviteBytes);
  atMost(MEMBERS, value.members.length, 'members');
  for (const { uri } of value.members) id(uri);
  addresses(value.addresses);
}

function roster(devices: readonly KnownDevice[]): void {
  atMost(ROSTER, devices.length, 'devices');
  for (const device of devices) {
    id(device.deviceId);
    id(device.uri);
    addresses(device.addresses);
  }
}

function addresses(list: readonly string[]): void {
  atMost(ADDRESSES, list.length, 'addresses');
  for (const address of list) text(address, ADDRESS_BYTES, 'an address');
}

function ids(list: readonly string[], limit: number): void {
  atMost(limit, list.length, 'ids');
  for (const each of list) id(each);
}

function id(value: string): void {
  text(value, ID_BYTES, 'an id');
}

function map(entries: ReadonlyMap<string, string>, valueBytes: number): void {
  atMost(MAP_ENTRIES, entries.size, 'entries');
  for (const [key, value] of entries) {
    text(key, KEY_BYTES, 'a key');
    text(value, valueBytes, 'a value');
  }
}

function text(value: string, limit: number, what: string): void {
  // A string has at least a third as many UTF-16 units as bytes: the cheap test goes first.
  if (value.length > limit || (value.length > limit / 3 && Buffer.byteLength(value) > limit)) {
    throw tooLarge(`${what} of more than ${limit} bytes`);
  }
}

function atMost(limit: number, count: number, what: string): void {
  if (count > limit) throw tooLarge(`more than ${limit} ${what}`);
}

function tooLarge(message: string): CoveyError {
  return new CoveyError('MESSAGE_TOO_LARGE', message);
}
