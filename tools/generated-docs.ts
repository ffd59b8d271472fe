import { rulesPage } from '@covey/conversation';
import { ERROR_SPECS } from '@covey/errors';
import { commandPage } from '../services/peer/src/cli/commands.ts';
import { errorsPage } from './errors-page.ts';
import { hostileHistoriesPage } from './hostile-histories-page.ts';
import { limitsPage } from './limits-page.ts';
import { namesPage } from './names-page.ts';
import { objectChecksPage } from './object-checks-page.ts';
import { envFile, settingsPage } from './operator-pages.ts';

/** A page that is computed, not written: `npm run generate` writes it, `npm run check` compares. */
export interface GeneratedDoc {
  /** From the root of the checkout. */
  readonly path: string;
  readonly render: () => string;
}

/** Every generated page. Add a line here, run `npm run generate`, commit the page. */
export const GENERATED_DOCS: readonly GeneratedDoc[] = [
  { path: 'docs/protocol/errors.md', render: () => errorsPage(ERROR_SPECS) },
  { path: 'docs/protocol/rules.md', render: rulesPage },
  { path: 'docs/protocol/hostile-histories.md', render: hostileHistoriesPage },
  { path: 'docs/protocol/limits.md', render: limitsPage },
  { path: 'docs/protocol/names.md', render: namesPage },
  { path: 'docs/protocol/object-checks.md', render: objectChecksPage },
  { path: 'docs/commands.md', render: commandPage },
  { path: 'docs/operator/configuration.md', render: settingsPage },
  { path: '.env.example', render: envFile },
];
