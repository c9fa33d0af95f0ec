import type { Browser } from '@playwright/test';
import { after, before } from 'node:test';
import { launch } from './browser.ts';
import { pricesAreThere, setStage, type Stage } from './stage.ts';

/** The stage (with `env` for its processes, and with prices) and the browser of a test file: there before its first test, gone after its last. */
export function onStage(env: Record<string, string> = {}): { readonly stage: Stage; readonly browser: Browser } {
  let stage: Stage | undefined;
  let browser: Browser | undefined;
  before(async () => {
    [stage, browser] = await Promise.all([setStage(env), launch()]);
    // Without prices nothing is sold, and each test would wait for them by itself.
    await pricesAreThere(stage);
  });
  after(async () => {
    await browser?.close();
    await stage?.remove();
  });
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('The stage is set before a test, not while its file is read.');
    return part;
  };
  return {
    get stage() {
      return there(stage);
    },
    get browser() {
      return there(browser);
    },
  };
}
