import { parsePassphrase } from '@covey/device';
import { CoveyError } from '@covey/errors';
import type { CliIo } from './command.ts';

/** Asks for a passphrase to come: at a terminal twice, since nobody sees what he types. @throws {CoveyError} PASSPHRASE_MALFORMED */
export async function askNewPassphrase({ secrets }: CliIo): Promise<string> {
  const first = await secrets.line('New passphrase: ');
  parsePassphrase(first); // Said before it is typed again.
  if (!secrets.isTerminal) return first;
  if ((await secrets.line('The same again: ')) === first) return first;
  throw new CoveyError('PASSPHRASE_MALFORMED', 'the two were not the same');
}
