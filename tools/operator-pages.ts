import { configurationPage, envExample } from '@covey/service-kit';
import { PEER_PREFIX, PeerEnvironment } from '../services/peer/src/config.ts';

const PAGE_HEAD = `# Settings

<!-- Generated from services/peer/src/config.ts by \`npm run generate\`. -->

Environment variables of the peer. A name that begins with \`PEER_\` and is none of these, a value that cannot be
used, and values that exclude each other stop the start with exit code 78 and one message that lists them all.
An empty variable counts as absent.

`;

const PAGE_TAIL = `
## In the container

| variable | meaning | there |
|---|---|---|
| \`PEER_DATA\` | see above | \`/data\`, the volume; \`docker-compose.yml\` fixes it |
| \`PEER_LISTEN\` | see above | \`[::]:4500\`; \`docker-compose.yml\` fixes it |
| \`PEER_LAN_DISCOVERY\` | see above | \`false\` unless set: a container's network has no neighbours |
| \`COVEY_PORT\` | Port of the host that leads to the peer; read by Docker Compose alone | \`4500\` |
| \`NPM_CONFIG_REGISTRY\` | npm registry to build the image from; read by Docker Compose alone | the public one |

## Of the command line

| variable | meaning | default |
|---|---|---|
| \`PEER_DATA\` | Data folder of the daemon to talk to; \`--data\` goes before it | as above |
| \`COVEY_ACCOUNT\` | Account to use, by name, URI or id; \`--account\` goes before it | the only one |
`;

const EXAMPLE_HEAD = `# Settings of the peer that docker-compose.yml runs. Copy to .env, set what you need without its \`# \`.
# PEER_DATA and PEER_LISTEN are fixed there, and PEER_LAN_DISCOVERY is false unless set here.

# Port of the host that leads to the peer
# COVEY_PORT=4500

`;

/** `docs/operator/configuration.md`. */
export function settingsPage(): string {
  return `${PAGE_HEAD}${configurationPage(PeerEnvironment, PEER_PREFIX)}${PAGE_TAIL}`;
}

/** `.env.example`. */
export function envFile(): string {
  return `${EXAMPLE_HEAD}${envExample(PeerEnvironment, PEER_PREFIX)}`;
}
