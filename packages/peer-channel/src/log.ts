/** What this package needs of a logger; pino fits. Texts are constant, facts are in the fields. */
export interface PeerLog {
  debug(fields: Readonly<Record<string, unknown>>, text: string): void;
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** Says nothing. */
export const SILENT: PeerLog = { debug: () => {}, info: () => {}, warn: () => {} };
