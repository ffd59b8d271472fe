export {
  type LossCase,
  type LossOptions,
  type LossReport,
  surviveEveryLoss,
} from './every-loss.ts';
export type { DiskRecording } from './operation.ts';
export { LOSSES, type Loss } from './power-loss.ts';
export { recordAfterKill, recordDisk } from './record-disk.ts';
