import { readFileSync } from 'node:fs';

/** Version of this release, from the manifest beside the sources. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string }; // our own manifest
  return version;
}
