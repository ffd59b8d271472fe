import type { AccountEvent } from '@covey/device';
import { CoveyError, ERROR_SPECS, type ErrorCode } from '@covey/errors';
import type { ApiCalls } from './api-calls.ts';
import { type ApiAddress, readApiAddress } from './data-folder.ts';
import { readEventStream } from './event-stream.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

/**
 * Speaks to the daemon of one data folder. Where it listens is read anew for each call, so a client
 * outlives a restart of the daemon.
 */
export class PeerClient {
  readonly #dataFolder: string;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  /** The daemon's version and process, once it has proved that it knows the token. @throws {CoveyError} DAEMON_UNREACHABLE, TOKEN_REFUSED */
  async daemon(signal?: AbortSignal): Promise<{ version: string; url: string; pid: number }> {
    const address = await readApiAddress(this.#dataFolder);
    const answer = await request(address, '/v1/daemon', { ...(signal ? { signal } : {}) });
    const { version } = (await answer.json()) as { version: string }; // our own daemon, by its token
    return { version, url: address.url, pid: address.pid };
  }

  /** @throws {CoveyError} DAEMON_UNREACHABLE, and the code of whatever the operation failed with */
  async call<Name extends keyof ApiCalls>(
    name: Name,
    params: Parameters<ApiCalls[Name]>[0],
  ): Promise<ReturnType<ApiCalls[Name]>> {
    // The daemon is the same program in the same version; its answers have the types of ApiCalls.
    return (await this.rpc(name, params)) as ReturnType<ApiCalls[Name]>;
  }

  /** Any JSON-RPC method, with parameters by name or by position. Throws as {@link call} does. */
  async rpc(method: string, params: object): Promise<unknown> {
    const address = await readApiAddress(this.#dataFolder);
    const answer = await request(address, '/rpc', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: RpcError };
    if (error) throw errorOf(error.data?.['code'], error.message, error.data);
    return result;
  }

  /**
   * Events after the one with id `after`, or from now on, until the signal aborts. When the
   * connection breaks it comes back and goes on where it was, also after a restart of the daemon.
   * From the first call of `opened` on nothing is missed.
   * @throws {CoveyError} DAEMON_UNREACHABLE if there is no daemon to begin with
   */
  async *events(
    accountId: string,
    after: number | undefined,
    signal: AbortSignal,
    opened: () => void = () => {},
  ): AsyncGenerator<AccountEvent> {
    let last = after;
    let pauseMs = FIRST_PAUSE_MS;
    for (let connected = false; !signal.aborted; ) {
      try {
        const address = await readApiAddress(this.#dataFolder);
        const path = `/v1/accounts/${encodeURIComponent(accountId)}/events`;
        const headers = last === undefined ? {} : { 'last-event-id': String(last) };
        const { body } = await request(address, path, { headers, signal });
        connected = true;
        for await (const { id, name, data } of readEventStream(body, signal)) {
          last = id;
          pauseMs = FIRST_PAUSE_MS;
          if (name === undefined) opened();
          else yield eventOf(id, name, data);
        }
      } catch (reason) {
        if (signal.aborted) return;
        if (!connected || !comesBack(reason)) throw reason;
      }
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

interface RpcError {
  readonly message: string;
  readonly data?: Record<string, string>;
}

async function request(
  { url, token }: ApiAddress,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal },
): Promise<Response> {
  let answer: Response;
  try {
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    answer = await fetch(`${url}${path}`, { ...init, headers, redirect: 'error' });
  } catch (cause) {
    throw new CoveyError('DAEMON_UNREACHABLE', 'no daemon answers here', { cause });
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }; // judged below
  throw errorOf(problem.code, problem.detail ?? `status ${answer.status}`);
}

function errorOf(code: string | undefined, message: string, data: Record<string, string> = {}) {
  const { code: _, ...facts } = data;
  return new CoveyError(isErrorCode(code) ? code : 'INTERNAL', message, { data: facts });
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_SPECS, code);
}

/** A broken stream and a daemon that restarts come back; a refused request does not. */
function comesBack(reason: unknown): boolean {
  return !CoveyError.is(reason) || reason.spec.retry === 'later' || reason.code === 'TOKEN_REFUSED';
}

function eventOf(id: number, name: string, data: string): AccountEvent {
  // Frames of our own daemon, see http/events.ts.
  const { accountId, ...payload } = JSON.parse(data) as { accountId: string };
  return { id, accountId, name: name as AccountEvent['name'], payload };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}
