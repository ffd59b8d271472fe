export { configurationPage, envExample } from './config-documents.ts';
export { secretField } from './config-fields.ts';
export { exitCodeOf } from './exit-code.ts';
export { gracefulStop, type Stopping, type StopSettings } from './graceful-stop.ts';
export { type ConfigSource, loadConfig } from './load-config.ts';
export { type LoggerSettings, makeLogger } from './logger.ts';
export { problemDetails } from './problem-details.ts';
export { Secret } from './secret.ts';
