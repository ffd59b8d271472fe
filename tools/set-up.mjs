// Makes the checkout ready: the right Node and pnpm inside `.tools`, then the dependencies.
// Plain JavaScript without dependencies, because it runs before there are any: on Node 20 and npm alone.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { holdLock } from './set-up-lock.mjs';

const NODE_VERSION = '24.21.0';
const PNPM_VERSION = '12.21.0';
/** A running Node of at least this major version is used as it is. */
const NODE_MAJOR = 24;
/** Platforms for which the npm registry has Node as a package, `node-<platform>-<arch>`. */
const PACKAGED = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET|dns error|\(Connect\)/;

/** A set-up that cannot go on; the message is a whole sentence for the person at the keyboard. */
export class SetUpError extends Error {}

/**
 * Brings the checkout up to date and resolves to the environment in which its programs run.
 * Idempotent; costs some milliseconds when nothing has changed. Writes to stderr only.
 * @param {string} root folder of the checkout
 * @returns {Promise<Record<string, string | undefined>>}
 */
export async function setUp(root) {
  const tools = join(root, '.tools');
  const wanted = wantedTools();
  const env = environment(tools, wanted);
  if (isReady(root, tools, wanted)) return env;

  mkdirSync(tools, { recursive: true });
  const release = await holdLock(join(tools, 'lock'), (owner) =>
    say(`waiting for another set-up of this checkout (process ${owner})`),
  );
  try {
    if (isReady(root, tools, wanted)) return env; // the other one has done it
    rmSync(join(tools, 'stamp'), { force: true });
    if (!hasTools(tools, wanted)) await fetchTools(tools, wanted, env);
    await installDependencies(root, env);
    writeFileSync(join(tools, 'stamp'), stampOf(root));
    say('ready');
  } finally {
    release();
  }
  return env;
}

/** Package name -> exact version of what has to be in `.tools`. */
function wantedTools() {
  const platform = `${process.platform}-${process.arch}`;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return { pnpm: PNPM_VERSION };
  if (!PACKAGED.has(platform)) {
    throw new SetUpError(
      `the npm registry has no Node for ${platform}; install Node ${NODE_MAJOR} yourself and try again`,
    );
  }
  return { [`node-${platform}`]: NODE_VERSION, pnpm: PNPM_VERSION };
}

/** The caller's environment without what the outer npm says about itself, our programs first on PATH. */
function environment(tools, wanted) {
  const own =
    /^npm_(package_|lifecycle_|config_(local_|global_)?prefix$|command$|execpath$|node_execpath$)/;
  const entries = Object.entries(process.env).filter(([name]) => !own.test(name));
  const bin = join(tools, 'node_modules', '.bin');
  const node = Object.keys(wanted).find((name) => name.startsWith('node-'));
  const first = node ? [bin] : [dirname(process.execPath), bin];
  const path = [...first, ...(process.env.PATH ?? '').split(delimiter)];
  return {
    ...Object.fromEntries(entries),
    PATH: path.join(delimiter),
    // Sources run as they are: without it each start would strip and compile them anew.
    // A daemon would let its youngest objects fill 134 MB, and be no faster for it. What the caller sets comes last, and holds.
    NODE_OPTIONS: ['--max-semi-space-size=8', process.env.NODE_OPTIONS ?? ''].join(' ').trim(),
    // And each of its threads would keep pieces of memory of its own that others could use.
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tools, 'compile-cache'),
  };
}

function isReady(root, tools, wanted) {
  const stamp = join(tools, 'stamp');
  return (
    existsSync(stamp) &&
    existsSync(join(root, 'node_modules')) &&
    hasTools(tools, wanted) &&
    readFileSync(stamp, 'utf8') === stampOf(root)
  );
}

function hasTools(tools, wanted) {
  return Object.entries(wanted).every(([name, version]) => {
    const manifest = join(tools, 'node_modules', name, 'package.json');
    const bin = join(tools, 'node_modules', '.bin', name.startsWith('node-') ? 'node' : name);
    return existsSync(bin) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/** One digest over all that decides what an installation contains. */
function stampOf(root) {
  const rooms = ['packages', 'services'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json'))
      : [],
  );
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...rooms.sort()]) {
    if (!existsSync(join(root, file))) continue;
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return `${hash.digest('hex')}\n`;
}

async function fetchTools(tools, wanted, env) {
  const packages = Object.entries(wanted).map(([name, version]) => `${name}@${version}`);
  say(`fetching ${packages.join(' and ')} into .tools`);
  const npm = process.env.npm_execpath ?? '';
  const [command, ...first] = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  // A manifest of its own, else npm takes the one of the checkout above.
  writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  const args = [...first, 'install', '--prefix', tools, ...flags, ...packages];
  // npm may be a script that asks PATH for its node: the caller's, for ours is not there yet.
  const { code, output } = await runAside(command, args, tools, {
    ...env,
    PATH: process.env.PATH,
  });
  if (code !== 0) throw failure('the npm registry did not give Node and pnpm', output);
  const probe = ['node', 'pnpm'].map((name) => spawnSync(name, ['--version'], { cwd: tools, env }));
  if (probe.every(({ status }) => status === 0) && hasTools(tools, wanted)) return;
  rmSync(join(tools, 'node_modules'), { recursive: true, force: true });
  throw new SetUpError(
    'the Node or pnpm that was fetched does not run here; try the same command again',
  );
}

async function installDependencies(root, env) {
  say('installing the dependencies');
  const args = ['install', '--frozen-lockfile', '--reporter=append-only'];
  // Without a network pnpm would wait minutes per package before it says so.
  args.push('--config.fetch-retry-mintimeout=1000', '--config.fetch-retry-maxtimeout=4000');
  // CI=true: pnpm then never asks a question, which nobody could answer here.
  const { code, output } = await runAside('pnpm', args, root, { ...env, CI: 'true' });
  if (code === 0) return;
  if (/OUTDATED_LOCKFILE/.test(output)) {
    throw new SetUpError(
      'pnpm-lock.yaml does not fit the package.json files; run `.tools/node_modules/.bin/pnpm install` and keep what it writes',
    );
  }
  throw failure('the dependencies could not be installed', output);
}

function failure(what, output) {
  const advice = NO_NETWORK.test(output)
    ? 'is the network there? A proxy or another registry is set with `npm config set`; then run the same command again'
    : 'what it said stands above';
  return new SetUpError(`${what}: ${advice}`);
}

/** Runs a program with all it prints on our stderr, a copy kept to tell why it failed. */
function runAside(command, args, cwd, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
      process.stderr.write(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function say(line) {
  process.stderr.write(`covey: set-up: ${line}\n`);
}
