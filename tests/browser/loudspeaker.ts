import type { BrowserContext, Page } from 'playwright-core';

// Runs in the page before the page's own code: what goes to the loudspeaker goes to an analyser too. The page's policy
// lets nobody ask it questions in code later, so the answer stands in an attribute. Text, because it is the browser's
// code and not this process's.
const overhear = `
  const connect = AudioNode.prototype.connect;
  let ear = null;
  AudioNode.prototype.connect = function (to, ...which) {
    if (to instanceof AudioDestinationNode) {
      ear ??= new AnalyserNode(to.context, { fftSize: 2048 });
      connect.call(this, ear);
    }
    return connect.call(this, to, ...which);
  };
  const samples = new Float32Array(2048);
  setInterval(() => {
    ear?.getFloatTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    document.documentElement.dataset.heard = loudest > 0.1 ? 'tone' : 'nothing';
  }, 50);
`;

/** Puts an ear to the loudspeaker of every page of the context. */
export const listen = (context: BrowserContext): Promise<unknown> => context.addInitScript(overhear);

/** Resolves when a tone leaves the page's loudspeaker: not what the page says of itself, but what can be heard. */
export const tone = (page: Page): Promise<void> =>
  page.locator('html[data-heard=tone]').waitFor({ state: 'attached' });
