// Run by graceful-stop.test.ts as a process of its own. Its argument says how the stop goes.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { gracefulStop } from '../src/graceful-stop.ts';

const [how = ''] = process.argv.slice(2);
const server = createServer().listen(0, '127.0.0.1');

const stopping = gracefulStop(
  async () => {
    console.log('stopping');
    if (how === 'fails') throw new Error('disk is full');
    if (how === 'hangs') return new Promise(() => {});
    if (how === 'echoed') await once(process, 'SIGINT');
    server.close();
    if (how === 'slow') return new Promise((done) => setTimeout(done, 60_000));
  },
  {
    deadlineMs: how === 'hangs' || how === 'fails' ? 300 : 60_000,
    echoMs: how === 'slow' ? 0 : 60_000,
  },
);
stopping.ended.then(() => console.log('ended'));
server.on('listening', () => {
  console.log('up');
  if (how === 'begins') stopping.begin();
});
