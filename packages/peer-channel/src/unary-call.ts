import type { ServiceError } from '@grpc/grpc-js';
import { errorOfStatus } from './failures.ts';

/** One unary gRPC call as a promise. @throws {CoveyError} what the peer's handler threw, or what kept the call from it */
export function unaryCall<Response>(
  begin: (done: (failure: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    begin((failure, response) => {
      if (failure) reject(errorOfStatus(failure));
      else resolve(response);
    });
  });
}
