import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const Found = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullish(),
      nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().optional() })),
    }),
  ),
});

const rules = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  resultTypes: ['violations'],
};

/** What axe-core holds against the page as it is drawn now, by WCAG 2.2 AA: one line each, with its rule and the element; none = []. `within` (a selector) looks at a part only. The checker comes in through the debugger, so that the page's own policy need not be loosened for it. */
export const violationsOf = async (page: Page, within?: string): Promise<readonly string[]> => {
  await page.evaluate(`${source};undefined`);
  const found = Found.parse(
    await page.evaluate(
      `axe.run(${within === undefined ? 'document' : JSON.stringify(within)}, ${JSON.stringify(rules)})`,
    ),
  );
  return found.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id} (${impact ?? 'unknown'}) ${target.join(' ')}: ${failureSummary?.split('\n').slice(1).join(';').trim() ?? ''}`,
    ),
  );
};
