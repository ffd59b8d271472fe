import type { Logger } from 'pino';
import type { DevicePorts } from '@covey/device';
import { isTagOf, LanDiscovery } from '@covey/lan-discovery';
import type { PeerConfig } from '../config.ts';

/** Discovery on the local network, as the device uses it. */
export function lanDiscoveryOf(
  { lan }: PeerConfig,
  log: Logger,
): NonNullable<DevicePorts['discovery']> {
  return ({ deviceId }, port) => {
    const discovery = new LanDiscovery(
      { deviceId, log: log.child({ part: 'lan-discovery' }) },
      { port, ...(lan.interface === undefined ? {} : { interfaces: [lan.interface] }) },
    );
    discovery.start();
    return {
      onFound: (callback) => {
        discovery.onFound(({ addresses, deviceTag }) =>
          callback({ addresses, isDevice: (id) => isTagOf(deviceTag, id) }),
        );
      },
      close: () => discovery.close(),
    };
  };
}
