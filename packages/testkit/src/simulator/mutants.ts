/** A change of the law in one place: what a programmer may get wrong. */
export interface Mutant {
  /** In `packages/conversation/src`. */
  readonly file: 'the-cut.ts' | 'registers.ts' | 'resolve.ts';
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  /** The first that notices it: `npm run simulate -- --mutant NAME --seeds 1..1000` finds another. */
  readonly seed: number;
}

/** Each step of the cut, each part of what a set of commits comes to: left out, or done wrong. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'nothing is beside': { file: 'the-cut.ts', from: '    cut.#beside();\n', to: '', seed: 412 },
  'no act is unsaid by a revocation': {
    file: 'the-cut.ts',
    from: 'cut.#whatRests(0, (act) => cut.#unsaidBy(cut.#set.entryOf(act), cut.#voided));',
    to: 'cut.#whatRests(0);',
    seed: 7,
  },
  'no message is unsaid by a revocation': {
    file: 'the-cut.ts',
    from: '    cut.#unsaidMessages();\n',
    to: '',
    seed: 7,
  },
  'a revocation unsays what others took up': {
    file: 'the-cut.ts',
    from: '      if (this.#isTakenUp(entry, list, voided)) continue;\n',
    to: '',
    seed: 7,
  },
  'no recount': { file: 'the-cut.ts', from: '    cut.#recount();\n', to: '', seed: 322 },
  'no act is cut': { file: 'the-cut.ts', from: '    cut.#cutOff();\n', to: '', seed: 17 },
  'no message is cut': {
    file: 'the-cut.ts',
    from: '      this.#cutBy(entry) ??\n',
    to: '',
    seed: 1,
  },
  'the ban of a device cuts nothing': {
    file: 'the-cut.ts',
    from: 'target !== entry.uri && target !== entry.device',
    to: 'target !== entry.uri',
    seed: 11,
  },
  'nothing rests on void commits': {
    file: 'the-cut.ts',
    from: 'else if (found !== undefined) this.#void(',
    to: 'else if (found === "") this.#void(',
    seed: 28,
  },
  'the weakest of several settings wins': {
    file: 'registers.ts',
    from: 'const op = PLACE_OPS.find(',
    to: 'const op = [...PLACE_OPS].reverse().find(',
    seed: 5,
  },
  'votes outlive what happens to target and voter': {
    file: 'registers.ts',
    from: 'return placed.every((setting) => sees(act, setting));',
    to: 'return placed.length >= 0;',
    seed: 9,
  },
  'a device is there by any of its certificates': {
    file: 'resolve.ts',
    from: 'this.#view.removalsOf(act.paper).every((removal) => sees(act, removal)),\n    );\n    const good',
    to: 'act.paper !== undefined,\n    );\n    const good',
    seed: 48,
  },
  'the older profile wins': {
    file: 'resolve.ts',
    from: 'return last.sort((a, b) => (a.oid < b.oid ? 1 : -1))[0]?.profile;',
    to: 'return last.sort((a, b) => (a.oid < b.oid ? -1 : 1))[0]?.profile;',
    seed: 1,
  },
};

export const mutantNames = (): readonly string[] => Object.keys(MUTANTS);
