export * from './gen/covey/peer/v1/peer.ts';
export { type Decodes, decodeStrictly } from './strict-reader.ts';
