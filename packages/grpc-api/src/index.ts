export * from './gen/covey/peer/v1/peer.ts';
