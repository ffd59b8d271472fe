import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { playScenario } from './play-scenario.ts';
import { readScenario } from './scenario-file.ts';

const ROOT = new URL('../../../../', import.meta.url);

/** The first of these folders that is there. */
function scenariosIn(...folders: readonly string[]): { name: string; text: string }[] {
  const found = folders.map((folder) => new URL(folder, ROOT)).find((folder) => existsSync(folder));
  if (found === undefined) return [];
  const names = readdirSync(found).filter((name) => name.endsWith('.json'));
  return names.map((name) => ({ name, text: readFileSync(new URL(name, found), 'utf8') }));
}

/** Plays a folder, or says plainly that it is absent. */
function playAll(scenarios: readonly { name: string; text: string }[]): void {
  if (scenarios.length === 0) test.skip('the folder is absent, nothing is played', () => {});
  for (const { name, text } of scenarios) {
    test(name, () => expect(playScenario(readScenario(text)).failures).toEqual([]));
  }
}

describe('the reference model comes to what the given scenarios expect', () => {
  playAll(scenariosIn('vectors/scenarios/', '../shared/vectors/scenarios/'));
});

describe('the reference model comes to what our own scenarios expect', () => {
  playAll(scenariosIn('vectors/scenarios-more/'));
});
