// The rings of docs/architecture.md, as data. `tools/layers.test.ts` plants a violation of each rule.
const pure =
  '^packages/(errors|codec|identity|git-objects|conversation|account|replication|sealed-pack)/src/';
const adapters = '^packages/(git-store|pack-store|peer-channel|lan-discovery|service-kit)/';
// Ring 2 as well, but below the adapters, which may use them: the hosts' cryptography and files, the generated stubs.
const foundations = '^packages/(node-crypto|web-crypto|durable-files|grpc-api)/';
// The part of an adapter that runs without Node.
const portable = '^packages/git-store/src/(portable/|(damaged|packed-refs|quarantine)\\.ts$)';
const tests = ['\\.(test|bench|scenario)\\.ts$', '^(packages|services)/[^/]+/test/'];
const support = '^packages/(testkit|conformance)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'rings-point-inward',
      severity: 'error',
      comment: 'pure packages know only pure packages',
      from: { path: pure, pathNot: tests },
      to: { path: '^(packages|services|tools)/', pathNot: pure },
    },
    {
      name: 'pure-has-no-node',
      severity: 'error',
      comment: 'the same code runs in a browser',
      from: { path: pure, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'portable-has-no-node',
      severity: 'error',
      comment: 'it is for hosts without Node',
      from: { path: portable },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'portable-stands-alone',
      severity: 'error',
      comment: 'what it knows of its neighbours must be portable too',
      from: { path: portable },
      to: { path: '^packages/', pathNot: [pure, portable] },
    },
    {
      name: 'adapters-are-apart',
      severity: 'error',
      comment: 'one medium each; the composition root joins them',
      from: { path: adapters, pathNot: tests },
      to: { path: adapters, pathNot: '^packages/$1/' },
    },
    {
      name: 'foundations-know-no-adapter',
      severity: 'error',
      from: { path: foundations, pathNot: tests },
      to: { path: [adapters, '^packages/device/'] },
    },
    {
      name: 'device-knows-ports-only',
      severity: 'error',
      comment: 'its host hands it the adapters; of ring 2 it knows the messages of the wire only',
      from: { path: '^packages/device/src/', pathNot: tests },
      to: { path: [adapters, '^packages/(node-crypto|web-crypto)/'] },
    },
    {
      name: 'services-are-roots',
      severity: 'error',
      comment: 'nothing imports a service',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'services-are-apart',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'test-support-stays-in-tests',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: [...tests, support] },
      to: { path: support },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      comment: 'what cannot be resolved cannot be judged',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // Without these a package that has only `exports` is not found, and its rules then never apply.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
    exclude: { path: '(^|/)gen/' },
  },
};
