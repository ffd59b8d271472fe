import { ERROR_SPECS } from '@covey/errors';
import { errorsPage } from './errors-page.ts';

/** A page that is computed, not written: `npm run generate` writes it, `npm run check` compares. */
export interface GeneratedDoc {
  /** From the root of the checkout. */
  readonly path: string;
  readonly render: () => string;
}

/** Every generated page. Add a line here, run `npm run generate`, commit the page. */
export const GENERATED_DOCS: readonly GeneratedDoc[] = [
  { path: 'docs/protocol/errors.md', render: () => errorsPage(ERROR_SPECS) },
];
