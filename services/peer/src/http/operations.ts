import { accountOperations } from './accounts.ts';
import { conversationOperations } from './conversations.ts';
import { deviceOperations } from './devices.ts';
import { explanationOperations } from './explanations.ts';
import { memberOperations } from './members.ts';
import { messageOperations } from './messages.ts';
import type { Operation } from './operation.ts';
import { requestOperations } from './requests.ts';
import { voteOperations } from './votes.ts';

/** Every operation, by resource. A resource is a tag in OpenAPI and a plugin of the server. */
export const RESOURCES: Readonly<Record<string, readonly Operation[]>> = {
  accounts: accountOperations,
  conversations: conversationOperations,
  members: memberOperations,
  votes: voteOperations,
  explanations: explanationOperations,
  messages: messageOperations,
  requests: requestOperations,
  devices: deviceOperations,
};

/** Every operation, by its name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.values(RESOURCES)
    .flat()
    .map((operation) => [operation.name, operation]),
);
