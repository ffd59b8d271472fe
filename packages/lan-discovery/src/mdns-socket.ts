import { createSocket, type Socket } from 'node:dgram';

/** Packets of one second that are looked at. A home has a few; a flood is not worth the time. */
const PACKETS_PER_SECOND = 200;
/** RFC 6762 §17: a multicast DNS message is at most this long. */
const MAX_PACKET_BYTES = 9000;

/**
 * A UDP socket for the DNS-SD library, which believes in packets: here what a packet makes it throw
 * ends with that packet, and a flood of packets isn't shown to it.
 */
export function makeMdnsSocket(failed: (reason: unknown) => void): Socket {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  // Without its overloads, one per event: this passes all of them on.
  const emit: (event: string, ...values: unknown[]) => boolean = socket.emit.bind(socket);
  let [second, seen] = [0, 0];
  const isTooMuch = (packet: unknown) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, seen] = [now, 0];
    seen += 1;
    return seen > PACKETS_PER_SECOND || (packet as Uint8Array).length > MAX_PACKET_BYTES;
  };
  // Every event that the library hears comes through here, and its listeners run inside.
  const guarded = (event: string, ...values: unknown[]): boolean => {
    if (event === 'message' && isTooMuch(values[0])) return true;
    try {
      return emit(event, ...values);
    } catch (reason) {
      failed(reason);
      return true;
    }
  };
  return Object.assign(socket, { emit: guarded });
}
