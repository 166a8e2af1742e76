// Islands on top of pages that work without them. Each finds its own elements and does nothing where there are none.
import { startCopyButtons } from './copy';
import { startDates } from './dates';
import { startFacets } from './facets';
import { startKeys } from './keys';
import { startLive } from './live';
import { startPasskeys } from './passkeys';
import { startSuggestions } from './suggest';
import { startTables } from './tables';
import { startThemeToggle } from './theme-toggle';

for (const start of [
  startThemeToggle,
  startSuggestions,
  startFacets,
  startCopyButtons,
  startTables,
  startKeys,
  startDates,
  startPasskeys,
  startLive,
]) {
  try {
    start();
  } catch (error) {
    // One island's trouble is not the others'.
    console.error(error);
  }
}
