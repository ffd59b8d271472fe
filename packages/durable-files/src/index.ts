export {
  createDirectory,
  ensureDirectory,
  isMissing,
  replaceDurably,
  syncDirectory,
  syncFolders,
  TEMPORARY,
  temporaryPath,
  writeSynced,
} from './durable-files.ts';
