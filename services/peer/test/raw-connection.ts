import { connect, type Socket } from 'node:net';

/** All that came over a connection until it ended. */
export interface RawTalk {
  /** As it came, latin1. */
  readonly answered: string;
  /** Status of each answer, in order. */
  readonly statuses: readonly number[];
}

/** Sends exactly these bytes, and hears what comes until the other side ends it. `ends`: says that no more will come. */
export async function talk(
  port: number,
  said: string | Uint8Array,
  { ends = false }: { ends?: boolean } = {},
): Promise<RawTalk> {
  const socket = dial(port);
  let answered = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answered += text;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(said);
  if (ends) socket.end();
  await closed;
  const statuses = [...answered.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, code]) =>
    Number(code),
  );
  return { answered, statuses };
}

/** A connection on which nothing was said; what breaks it is no failure of the test. */
export function dial(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {}); // It is thrown out often, that is what is tested.
  return socket;
}
