export type * from './api.ts';
export { DeviceAccounts } from './accounts.ts';
export type * from './ports.ts';
