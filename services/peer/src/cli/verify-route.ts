import { defineCommand } from './command.ts';

/** `covey verify`: judges a repository without a daemon. Reads its own arguments. */
export const verify = defineCommand({
  name: 'verify',
  usage: 'PATH [--profile strict|jami]',
  summary: 'judge a conversation repository, bundle or file of evidence; needs no daemon',
  details: [
    'A file that covey explain --evidence has written is judged by itself: it proves that one account has signed two contradictory commits, or it is refused.',
  ],
  ownArguments: true,
  run: async (argv, _, { io, json }) => {
    const { verifyCommand } = await import('./verify.ts');
    return verifyCommand(json && !argv.includes('--json') ? [...argv, '--json'] : [...argv], io);
  },
});
