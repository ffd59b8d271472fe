import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import needs from './test-needs.json' with { type: 'json' };

/** What of the distribution stands ready for the tests. */
export interface Readiness {
  /** `COVEY_HAS_<NAME>` per program and `COVEY_DOCKER`, each `1` or `0`, as tests read them. */
  readonly env: Readonly<Record<string, string>>;
  /** One line per thing that is absent, with what it is for. */
  readonly missing: readonly string[];
  readonly hasEngine: boolean;
}

/** Looks for what `test-needs.json` lists; as root on Debian it installs what is absent. */
export function readyNeeds(): Readiness {
  const absent = needs.programs.filter(({ probe }) => !answers(probe));
  if (absent.length > 0 && mayInstall()) install(absent.map(({ debian }) => debian));

  const env: Record<string, string> = {};
  const missing: string[] = [];
  for (const program of needs.programs) {
    const there = answers(program.probe);
    env[`COVEY_HAS_${program.name.toUpperCase()}`] = there ? '1' : '0';
    if (!there) {
      missing.push(`${program.name} (Debian package ${program.debian}; for ${program.for})`);
    }
  }
  const hasEngine = answers(needs.containerEngine.probe);
  if (!hasEngine) missing.push(`a container engine (for ${needs.containerEngine.for})`);
  return { env: { ...env, ...engineEnv(hasEngine) }, missing, hasEngine };
}

function answers([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

function mayInstall(): boolean {
  return (
    process.getuid?.() === 0 && existsSync('/etc/debian_version') && answers(['apt-get', '-v'])
  );
}

/** Progress on stderr. A failure is not fatal: the caller looks again and names what is absent. */
function install(packages: readonly string[]): void {
  console.error(`covey: test: installing ${packages.join(', ')} from Debian`);
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=180', ...args], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const add = () => apt('install', '--no-install-recommends', ...packages);
  // A fresh machine has no package lists, an old one stale ones.
  if (!add() && apt('update')) add();
}

function engineEnv(hasEngine: boolean): Record<string, string> {
  if (!hasEngine) return { COVEY_DOCKER: '0' };
  const local = process.env['DOCKER_HOST'] === undefined;
  return {
    COVEY_DOCKER: '1',
    // The reaper is an image that an offline engine cannot pull; every test stops what it started.
    TESTCONTAINERS_RYUK_DISABLED: 'true',
    ...(local && { TESTCONTAINERS_HOST_OVERRIDE: 'localhost' }),
  };
}
