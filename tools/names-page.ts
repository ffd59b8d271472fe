import { EVENT_NAMES } from '../services/peer/src/event-names.ts';
import { OPERATIONS } from '../services/peer/src/http/operations.ts';

const HEAD = `# Names

<!-- Generated from services/peer/src/http by \`npm run generate\`. -->

What the Swarm design calls something is the \`operationId\` in OpenAPI, the method at \`/rpc\` and the name of the event.
Positional JSON-RPC parameters come in the order given here. All paths stand under \`/v1\`.

| name | REST | parameters | does |
|---|---|---|---|
`;

/** `docs/protocol/names.md`: operations and events of the local API. */
export function namesPage(): string {
  const operations = [...OPERATIONS.values()].map(({ name, method, path, params, summary }) => {
    const route = path.replace(/:(\w+)/g, '{$1}');
    return `| \`${name}\` | ${method} \`${route}\` | ${Object.keys(params.properties).join(', ')} | ${summary} |\n`;
  });
  const events = Object.entries(EVENT_NAMES).map(([name, when]) => `- \`${name}\`: ${when}\n`);
  return `${HEAD}${operations.join('')}\n## Events\n\nEach carries \`accountId\`, and \`conversationId\` where one is meant.\n\n${events.join('')}`;
}
