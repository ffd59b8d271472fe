import type { DevicePorts } from '@covey/device';
import type { Logger } from 'pino';
import type { PeerConfig } from '../config.ts';

/** Discovery on the local network, as the device uses it. */
export function lanDiscoveryOf(
  _config: PeerConfig,
  _log: Logger,
): NonNullable<DevicePorts['discovery']> {
  return () => ({ onFound: () => {}, close: async () => {} });
}
