import { Metadata } from '@grpc/grpc-js';
import type { LinkRequest, LinkResponse } from '@covey/grpc-api';
import type { DeviceId, JudgePorts } from '@covey/identity';
import { checkLinkRequest, checkLinkResponse } from './bounds.ts';
import { Dialer } from './dialer.ts';
import { DEFAULT_LIMITS, type PeerLimits } from './limits.ts';
import type { TlsIdentity } from './tls-settings.ts';
import { unaryCall } from './unary-call.ts';

interface LinkOverNetworkPorts extends JudgePorts {
  /** Throw-away: a self-signed certificate (as `issueAuthority` makes) and its key. */
  readonly identity: TlsIdentity;
  readonly now?: () => Date;
}

/**
 * Asks a device, by a one-time code, to make this one a further device of its account. That device's
 * papers are checked in full: only this side has none yet.
 * @throws {CoveyError} what the other device's handler threw; PEER_UNREACHABLE, PEER_WRONG_DEVICE,
 *   RATE_EXCEEDED, MESSAGE_TOO_LARGE, DEADLINE_EXCEEDED, ADDRESS_MALFORMED
 */
export async function linkOverNetwork(
  { now = () => new Date(), ...ports }: LinkOverNetworkPorts,
  { address, deviceId }: { address: string; deviceId: DeviceId },
  request: LinkRequest,
  settings: Partial<PeerLimits> = {},
): Promise<LinkResponse> {
  checkLinkRequest(request);
  const limits = { ...DEFAULT_LIMITS, ...settings };
  const expected = { deviceId };
  const dialer = new Dialer(address, { ...ports, now }, { expected, inspect: () => {}, limits });
  try {
    const deadline = Date.now() + limits.handshakeMs + limits.callMs;
    const response = await unaryCall<LinkResponse>((done) =>
      dialer.client.link(request, new Metadata(), { deadline }, done),
    );
    checkLinkResponse(response);
    return response;
  } catch (reason) {
    throw dialer.failureOf(reason);
  } finally {
    dialer.close();
  }
}
