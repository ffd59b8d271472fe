import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** What the process is told to begin with; anything else tells it to stop. */
export interface HalfOpenOrder {
  readonly port: number;
  /** Where the connections come from; each in its turn. */
  readonly from: readonly string[];
  /** Connections at any time. */
  readonly count: number;
  /** Sent on each, and then nothing more. */
  readonly bytes: Uint8Array;
  /** Whether one that is thrown out comes again. */
  readonly returns: boolean;
}

/** Told once as many were made as were ordered, and again at the end. */
export interface HalfOpenReport {
  readonly made: number;
}

/** For everything else that the process has open. */
const OTHER_DESCRIPTORS = 200;

/** As many as this machine lets one process have, if that is less. */
function atMost(count: number): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const descriptors = Number(
    /^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(count, descriptors - OTHER_DESCRIPTORS);
}

const sockets = new Set<Socket>();
let made = 0;
let isStopped = false;

process.on('message', (order: HalfOpenOrder | 'stop') => {
  if (order !== 'stop') {
    const count = atMost(order.count);
    for (let n = 0; n < count; n += 1) open(order, n, count);
    return;
  }
  isStopped = true;
  for (const socket of sockets) socket.destroy();
  process.send?.({ made } satisfies HalfOpenReport);
});

function open(order: HalfOpenOrder, n: number, count: number): void {
  const localAddress = order.from[n % order.from.length] ?? '127.0.0.1';
  const socket = connect({ host: '127.0.0.1', port: order.port, localAddress });
  sockets.add(socket);
  socket.on('error', () => {}); // To be thrown out is what it is here for.
  socket.once('connect', () => {
    made += 1;
    if (order.bytes.length > 0) socket.write(order.bytes);
    if (made === count) process.send?.({ made } satisfies HalfOpenReport);
  });
  socket.once('close', () => {
    sockets.delete(socket);
    if (order.returns && !isStopped) open(order, n, count);
  });
  socket.resume();
}
