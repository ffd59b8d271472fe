import { constants } from 'node:crypto';
import { createServer, type Server, type TlsOptions } from 'node:tls';

/** What Node asks its JavaScript for when OpenSSL is about to write or read a session ticket. */
interface TicketContext {
  onticketkeycallback: (name: unknown, iv: unknown, isWriting: boolean) => readonly unknown[];
  enableTicketKeyCallback(): void;
}

/** OpenSSL's SSL_CTX_set_tlsext_ticket_key_evp_cb: 0 writes no ticket, and reads none as valid. */
const NO_TICKET_KEY = [0, Buffer.alloc(32), Buffer.alloc(16), Buffer.alloc(16), Buffer.alloc(16)];

/**
 * A TLS server that sends no session tickets. Node has no public way to say so in TLS 1.3, where
 * SSL_OP_NO_TICKET means tickets that only name a session; so its own hook is used where it is found,
 * and elsewhere that option: Node keeps no sessions, such a ticket opens nothing either.
 */
export function createServerWithoutTickets(options: TlsOptions): Server {
  const server = createServer({ ...options, secureOptions: 0 });
  // Node's own field, not in its types.
  const { _sharedCreds: shared } = server as Server & { _sharedCreds?: unknown };
  const context = ticketContext(shared);
  if (!context) return createServer({ ...options, secureOptions: constants.SSL_OP_NO_TICKET });
  context.onticketkeycallback = () => NO_TICKET_KEY;
  context.enableTicketKeyCallback();
  return server;
}

function ticketContext(shared: unknown): TicketContext | undefined {
  const { context } = (shared ?? {}) as { context?: Partial<TicketContext> };
  const has = typeof context?.enableTicketKeyCallback === 'function';
  return has ? (context as TicketContext) : undefined; // The line above found its method.
}
