import type { ServiceError } from '@grpc/grpc-js';
import { CoveyError } from '@covey/errors';
import type { Frame, Hello } from '@covey/grpc-api';
import { checkHello } from './bounds.ts';
import { errorOf, errorOfStatus, failureOf } from './failures.ts';
import type { FrameStream } from './frame-stream.ts';
import { PROTOCOL_VERSION } from './limits.ts';

/**
 * Says hello and waits for the peer's, which is the first frame of either side. The stream is paused
 * afterwards, until somebody listens again.
 * @throws {CoveyError} PEER_VERSION_UNSUPPORTED, MESSAGE_TOO_LARGE, DEADLINE_EXCEEDED, or why the peer ended the stream
 */
export async function exchangeHello(
  frames: FrameStream,
  own: Omit<Hello, 'protocolVersion'>,
  timeoutMs: number,
): Promise<Hello> {
  const hello: Hello = { protocolVersion: PROTOCOL_VERSION, ...own };
  checkHello(hello);
  void frames.send(0n, { $case: 'hello', value: hello });
  try {
    const theirs = readHello(await firstFrame(frames, timeoutMs));
    checkHello(theirs);
    return theirs;
  } catch (reason) {
    void frames.send(0n, { $case: 'failure', value: failureOf(reason) });
    throw reason;
  }
}

function readHello({ call, body }: Frame): Hello {
  if (call === 0n && body?.$case === 'failure') throw errorOf(body.value);
  const version = body?.$case === 'hello' ? body.value.protocolVersion : 0;
  if (body?.$case !== 'hello' || version !== PROTOCOL_VERSION) {
    throw new CoveyError('PEER_VERSION_UNSUPPORTED', `this device speaks ${PROTOCOL_VERSION}`, {
      data: { speaks: String(PROTOCOL_VERSION), met: String(version) },
    });
  }
  return body.value;
}

function firstFrame(frames: FrameStream, timeoutMs: number): Promise<Frame> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new CoveyError('DEADLINE_EXCEEDED', 'the other device did not say hello'));
    }, timeoutMs);
    frames.listen({
      frame: (frame) => {
        clearTimeout(late);
        frames.pause();
        resolve(frame);
      },
      over: (failure) => {
        clearTimeout(late);
        reject(whyOver(failure));
      },
    });
  });
}

/** Why a stream ended: a gRPC status when it has one. */
export function whyOver(failure: Error | undefined): CoveyError {
  // A status is what grpc-js gives as the error of a client's stream.
  if (failure && 'code' in failure && 'metadata' in failure) {
    return errorOfStatus(failure as ServiceError);
  }
  return new CoveyError('PEER_UNREACHABLE', 'the connection was lost', { cause: failure });
}
