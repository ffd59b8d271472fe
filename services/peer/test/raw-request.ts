import { connect } from 'node:net';

/** An answer as it came, headers included. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * A request with exactly these bytes: every HTTP client sees to it that Host is right and stands
 * once, and a test must be able to lie about it. Of a stream without end only the headers are read.
 */
export async function rawRequest(
  port: number,
  asked: {
    method: string;
    path: string;
    headers: Readonly<Record<string, string | readonly string[]>>;
    body?: string | Uint8Array;
  },
): Promise<RawAnswer> {
  const body = Buffer.from(asked.body ?? '');
  const headers = Object.entries({
    ...asked.headers,
    connection: 'close',
    ...(asked.body === undefined ? {} : { 'content-length': String(body.length) }),
  }).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));

  const socket = connect({ host: '127.0.0.1', port });
  socket.write([`${asked.method} ${asked.path} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  socket.write(body);
  let answer = '';
  for await (const bytes of socket) {
    answer += (bytes as Buffer).toString('latin1'); // a socket without an encoding gives buffers
    if (/^content-type: text\/event-stream/im.test(answer)) break;
  }
  return parseAnswer(answer);
}

function parseAnswer(answer: string): RawAnswer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const status = Number(statusLine.split(' ')[1]);
  return { status, headers: Object.fromEntries(headers), text: rest.join('\r\n\r\n') };
}
