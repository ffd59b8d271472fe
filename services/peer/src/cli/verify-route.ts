import { defineCommand } from './command.ts';

/** `covey verify`: judges a repository without a daemon. Reads its own arguments. */
export const verify = defineCommand({
  name: 'verify',
  usage: 'PATH [--profile strict|jami]',
  summary: 'judge a conversation repository or bundle; needs no daemon',
  ownArguments: true,
  run: async (argv, _, { io, json }) => {
    const { verifyCommand } = await import('./verify.ts');
    return verifyCommand(json && !argv.includes('--json') ? [...argv, '--json'] : [...argv], io);
  },
});
