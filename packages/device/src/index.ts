export { DeviceAccounts } from './accounts.ts';
export type * from './api.ts';
export { type Passphrase, parsePassphrase } from './passphrase.ts';
export type * from './ports.ts';
