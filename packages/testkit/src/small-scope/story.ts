import type { Growth } from './growth.ts';
import { headsOf } from './shape.ts';

/** A history in words, one line for each operation: its commit, who wrote it, on what, and what it was. */
export function storyOf(growth: Growth): readonly string[] {
  const { elements, scene, tips } = growth;
  const first = scene.parts.length - 1;
  const nameOf = (at: number) => (at < first ? 'the start' : `${at - first + 1}`);
  return elements.slice(first).map((element, nth) => {
    const operation = scene.operations[element.code - first];
    const on = headsOf(element.below, elements).map(nameOf);
    if (!operation) throw new Error('every element but the start is an operation');
    const { by, does, action = '', seat, device } = operation;
    const target =
      device === undefined
        ? scene.cast.accounts[seat ?? -1]?.uri
        : scene.cast.player(device).writer.deviceId;
    const said = [does, action, target].filter((word) => word !== undefined && word !== '');
    const base =
      on.length > 0 ? on.join(' and ') : first > 0 ? 'the first part of the start' : 'the start';
    return `${nth + 1}. ${scene.cast.player(by).writer.deviceId}: ${said.join(' ')}, on ${base} (${tips[nth + first]?.oid.slice(0, 8)})`;
  });
}
