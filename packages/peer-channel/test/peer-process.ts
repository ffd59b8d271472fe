import { station } from './cast.ts';

// A peer in a process of its own: says where it listens, and serves a pack without end.
const peer = await station({
  async *fetch() {
    for (;;) yield new Uint8Array(64 * 1024);
  },
});
process.send?.({ address: peer.address, deviceId: peer.deviceId });
