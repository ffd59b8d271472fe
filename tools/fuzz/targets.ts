import type { FuzzTarget } from './fuzz-target.ts';

/** How a target is opened. Its code is loaded only then, so that all of it is counted. */
export type OpenTarget = () => Promise<FuzzTarget>;

/** All that takes bytes from outside, by the name on the command line. */
export const TARGETS: Readonly<Record<string, OpenTarget>> = {
  bundle: async () => (await import('./targets/bundle.ts')).open(),
  certificate: async () => (await import('./targets/certificate.ts')).open(),
  commit: async () => (await import('./targets/commit.ts')).open(),
  crl: async () => (await import('./targets/crl.ts')).open(),
  delta: async () => (await import('./targets/delta.ts')).open(),
  json: async () => (await import('./targets/json.ts')).open(),
  link: async () => (await import('./targets/link.ts')).open(),
  'local-api': async () => (await import('./targets/local-api.ts')).open(),
  pack: async () => (await import('./targets/pack.ts')).open(),
  protobuf: async () => (await import('./targets/protobuf.ts')).open(),
  tree: async () => (await import('./targets/tree.ts')).open(),
  vcard: async () => (await import('./targets/vcard.ts')).open(),
};

/** Bugs on purpose, by which the tests see that the search finds what it should. */
export const PLANTED: Readonly<Record<string, OpenTarget>> = {
  'planted/endless-loop': async () => (await import('./planted/endless-loop.ts')).open(),
  'planted/every-fault': async () => (await import('./planted/every-fault.ts')).open(),
  'planted/nested-bytes': async () => (await import('./planted/nested-bytes.ts')).open(),
};
