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

// What comes over a call goes to an analyser, too: the share of all power that lies at 440 Hz, in whole periods.
const overhearCalls = `
  const hz = 440;
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...how) {
      super(...how);
      this.addEventListener('track', ({ track }) => {
        const context = new AudioContext();
        const ear = new AnalyserNode(context, { fftSize: 16384 });
        context.createMediaStreamSource(new MediaStream([track])).connect(ear);
        const samples = new Float32Array(16384);
        const periods = Math.floor((samples.length * hz) / context.sampleRate);
        const length = Math.round((periods * context.sampleRate) / hz);
        // As a page that was only loaded: it hears once somebody has clicked.
        addEventListener('pointerdown', () => context.state === 'suspended' && void context.resume());
        const shares = [];
        const timer = setInterval(() => {
          if (this.connectionState === 'closed') {
            clearInterval(timer);
            void context.close();
            delete document.documentElement.dataset.callShare;
            delete document.documentElement.dataset.callShareTen;
            return;
          }
          ear.getFloatTimeDomainData(samples);
          let [re, im, power] = [0, 0, 0];
          for (let at = 0; at < length; at += 1) {
            const turn = (2 * Math.PI * hz * at) / context.sampleRate;
            re += samples[at] * Math.cos(turn);
            im += samples[at] * Math.sin(turn);
            power += samples[at] ** 2;
          }
          const share = power === 0 ? 0 : (2 * (re * re + im * im)) / (power * length);
          document.documentElement.dataset.callShare = share.toFixed(3);
          shares.push(share);
          if (shares.length > 100) shares.shift();
          const mean = shares.reduce((all, one) => all + one, 0) / shares.length;
          if (shares.length === 100) document.documentElement.dataset.callShareTen = mean.toFixed(3);
        }, 100);
      });
    }
  };
`;

/** Puts an ear to every call of every page of the context. */
export const listenToCalls = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(overhearCalls);

/** The share of 440 Hz in what the page's call sounds like now (0 to 1); 0 where there is none. */
export const callShare = async (page: Page): Promise<number> =>
  Number((await page.locator('html').getAttribute('data-call-share')) ?? 0);

/** The same over the last 10 s; 0 where the call is younger. */
export const callShareOfTenSeconds = async (page: Page): Promise<number> =>
  Number((await page.locator('html').getAttribute('data-call-share-ten')) ?? 0);

/** Puts an ear to the loudspeaker of every page of the context. */
export const listen = (context: BrowserContext): Promise<unknown> => context.addInitScript(overhear);

/** Resolves when a tone leaves the page's loudspeaker: not what the page says of itself, but what can be heard. */
export const tone = (page: Page): Promise<void> =>
  page.locator('html[data-heard=tone]').waitFor({ state: 'attached' });
