import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Account, Accounts } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { AccountId } from './schemas.ts';

/**
 * One thing that the local API can do. REST route, JSON-RPC method and OpenAPI entry come from this
 * one description, so that no road offers what another lacks.
 */
export interface Operation {
  /** `operationId` in OpenAPI and method of JSON-RPC: the name of the Swarm design where it has one. */
  readonly name: string;
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** In the spelling of fastify, `:accountId` for a parameter. */
  readonly path: string;
  /** Exact keys; their order is that of positional JSON-RPC parameters. */
  readonly params: TObject;
  /** The parameter that is the whole REST body rather than a member of it. */
  readonly bodyIs?: string;
  /** What is answered; absent where there is nothing to say (204, or `null` in JSON-RPC). */
  readonly result?: TSchema;
  /** @throws {CoveyError} REQUEST_MALFORMED, and what the operation itself throws */
  readonly call: (accounts: Accounts, params: unknown) => Promise<unknown>;
}

type Description<P extends TProperties, Target> = Pick<
  Operation,
  'name' | 'summary' | 'method' | 'path' | 'bodyIs' | 'result'
> & {
  readonly params: P;
  readonly run: (target: Target, params: Static<TObject<P>>) => unknown;
};

/** An operation on the daemon as a whole. */
export function daemonOperation<P extends TProperties>(
  description: Description<P, Accounts>,
): Operation {
  const { run, ...told } = description;
  const params = Type.Object(description.params, { additionalProperties: false });
  const validator = Compile(params);
  return {
    ...told,
    params,
    call: async (accounts, given) => {
      if (!validator.Check(given)) throw malformed(validator.Errors(given), params);
      // The check above is the schema that Static reads; TypeScript cannot follow it through a generic.
      return run(accounts, given as Static<TObject<P>>);
    },
  };
}

/** An operation on one account: takes `accountId` first and lives below `/accounts/:accountId`. */
export function accountOperation<P extends TProperties>(
  description: Description<P, Account>,
): Operation {
  const { run, path, params, ...told } = description;
  return daemonOperation({
    ...told,
    path: `/accounts/:accountId${path}`,
    params: { accountId: AccountId, ...params },
    run: (accounts, given) => {
      // The same parameters with one key more: what is not known to TypeScript for a generic `P`.
      const { accountId, ...rest } = given as { accountId: string } & Static<TObject<P>>;
      return run(accounts.account(accountId), rest as unknown as Static<TObject<P>>);
    },
  });
}

/** Names of the parameters that stand in the path. */
export function pathParams({ path }: Operation): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith(':'))
    .map((segment) => segment.slice(1));
}

function malformed(
  errors: readonly { instancePath: string; message: string }[],
  params: TObject,
): CoveyError {
  const [first] = errors;
  const where = first?.instancePath.replace(/^\//, '') || 'parameters';
  const [name = ''] = where.split('/');
  // A name that is none of ours may be anything, a passphrase that slipped too: it is not repeated.
  if (where !== 'parameters' && !Object.hasOwn(params.properties, name)) {
    return new CoveyError('REQUEST_MALFORMED', 'parameters: one that is not known here');
  }
  return new CoveyError('REQUEST_MALFORMED', `${where}: ${first?.message ?? 'not as described'}`);
}
