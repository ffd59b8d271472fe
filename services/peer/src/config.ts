import { Type } from 'typebox';
import { type Passphrase, parsePassphrase } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { loadConfig, type Secret, secretField } from '@covey/service-kit';
import { dataFolderOf, type Environment } from './data-folder.ts';

const HOST_PORT = '(?:[^\\s:\\[\\]@/,]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}';

/** Every variable of the daemon begins so; unknown ones that do are refused. */
export const PEER_PREFIX = 'PEER_';

/** The environment of the daemon. Descriptions become `docs/operator/configuration.md`. */
export const PeerEnvironment = Type.Object({
  data: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Folder for keys, conversations and events. Default: `$XDG_DATA_HOME/covey`, else `~/.local/share/covey`',
    }),
  ),
  apiListen: Type.String({
    pattern: '^(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):[0-9]{1,5}$',
    default: '127.0.0.1:0',
    description: 'Loopback host and port of the local API. Port 0: a free one at each start',
  }),
  listen: Type.String({
    pattern: `^${HOST_PORT}$`,
    default: '[::]:0',
    description:
      'Where other devices connect to. Port 0: each account takes a free one at its first start and keeps it; any other is for the oldest account alone',
  }),
  advertise: Type.String({
    pattern: `^(?:${HOST_PORT}(?:,${HOST_PORT})*)?$`,
    default: '',
    description:
      'Addresses told to others, host:port with commas between. Default: those of the network interfaces',
  }),
  lanDiscovery: Type.Boolean({
    default: true,
    description: 'Looks for devices of one’s conversations in the local network',
  }),
  lanInterface: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Address of the one interface to look on. Default: the system’s choice',
    }),
  ),
  passphrase: Type.Optional(
    secretField({
      description:
        'File with the passphrase that unlocks accounts at the start. Default: they wait for `covey unlock`',
    }),
  ),
  logLevel: Type.Union(
    (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((level) =>
      Type.Literal(level),
    ),
    { default: 'info', description: 'Least level that is logged' },
  ),
});

/** Host without brackets, port 0 to 65535. */
interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What the daemon was told, typed and complete. */
export interface PeerConfig {
  /** Absolute path. */
  readonly dataFolder: string;
  readonly api: HostPort;
  /** Port 0: choose one at the first start and keep it. */
  readonly listen: HostPort;
  /** `host:port`; empty: find out. */
  readonly advertise: readonly string[];
  readonly lan: { readonly discovery: boolean; readonly interface?: string };
  /** Unlocks accounts at the start. */
  readonly passphrase?: Passphrase;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** @throws {CoveyError} CONFIG_INVALID, with every fault at once */
export function makeConfig(env: Environment): PeerConfig {
  const told = loadConfig({
    prefix: PEER_PREFIX,
    schema: PeerEnvironment,
    env,
    contradictions: ({ apiListen, listen, advertise, passphrase }) => [
      ...Object.entries({
        PEER_API_LISTEN: [apiListen],
        PEER_LISTEN: [listen],
        PEER_ADVERTISE: addresses(advertise),
      }).flatMap(([name, list]) =>
        list.some((address) => parseHostPort(address).port > 65_535)
          ? [`${name}: ports end at 65535`]
          : [],
      ),
      ...passphraseProblems(passphrase),
    ],
  });
  return Object.freeze({
    dataFolder: dataFolderOf(env),
    api: parseHostPort(told.apiListen),
    listen: parseHostPort(told.listen),
    advertise: addresses(told.advertise),
    lan: {
      discovery: told.lanDiscovery,
      ...(told.lanInterface === undefined ? {} : { interface: told.lanInterface }),
    },
    ...(told.passphrase === undefined
      ? {}
      : { passphrase: parsePassphrase(told.passphrase.reveal()) }),
    logLevel: told.logLevel,
  });
}

function passphraseProblems(passphrase: Secret | undefined): readonly string[] {
  try {
    if (passphrase) parsePassphrase(passphrase.reveal());
    return [];
  } catch (reason) {
    return [`PEER_PASSPHRASE_FILE: ${CoveyError.from(reason).message}`];
  }
}

function addresses(list: string): readonly string[] {
  return list === '' ? [] : list.split(',');
}

function parseHostPort(text: string): HostPort {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port: Number(text.slice(colon + 1)) };
}
