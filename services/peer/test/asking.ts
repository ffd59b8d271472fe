// Asks for two secrets as `covey` does, and tells how long they are: for a test at a terminal.
import { typedSecrets } from '../src/cli/secret-input.ts';

const secrets = typedSecrets(
  process.stdin,
  (text) => void process.stderr.write(text),
  () => void process.kill(process.pid, 'SIGINT'),
);
const first = await secrets.line('First: ');
const second = await secrets.line('Second: ');
process.stdout.write(`lengths ${first.length} and ${second.length}\n`);
