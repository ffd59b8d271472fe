import { execFileSync } from 'node:child_process';

/** Two places on one local network, each with an IPv4 address, and how to start a program there. */
export interface Lan {
  readonly kind: 'network namespaces' | 'loopback';
  readonly mdnsPort: number;
  readonly places: readonly { readonly address: string; readonly command: readonly string[] }[];
  tearDown(): void;
}

/**
 * A local network of its own, without a way out: two network namespaces and a cable between them.
 * Needs root and iproute2. Elsewhere both places are this machine's loopback, where multicast is
 * real too, on a port that no other responder has.
 */
export function makeLan(): Lan {
  return (process.getuid?.() === 0 && namespaces()) || loopback();
}

function namespaces(): Lan | undefined {
  const id = `covey${process.pid}`;
  const names = [`${id}a`, `${id}b`] as const;
  const tearDown = () => {
    for (const name of names) attempt('netns', 'del', name);
  };
  try {
    for (const name of names) ip('netns', 'add', name);
    ip(
      'link',
      'add',
      'lan0',
      'netns',
      names[0],
      'type',
      'veth',
      'peer',
      'name',
      'lan0',
      'netns',
      names[1],
    );
    const places = names.map((name, n) => {
      const address = `10.77.0.${n + 1}`;
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'lan0');
      for (const link of ['lo', 'lan0']) ip('-n', name, 'link', 'set', link, 'up');
      return { address, command: ['ip', 'netns', 'exec', name] };
    });
    return { kind: 'network namespaces', mdnsPort: 5353, places, tearDown };
  } catch {
    tearDown();
    return undefined; // No iproute2, or a kernel or container that allows none.
  }
}

export function loopback(): Lan {
  const place = { address: '127.0.0.1', command: [] };
  const mdnsPort = 20_000 + (process.pid % 20_000);
  return { kind: 'loopback', mdnsPort, places: [place, place], tearDown: () => {} };
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}

function attempt(...words: string[]): void {
  try {
    ip(...words);
  } catch {
    // Was never made.
  }
}
