import { deviceTypes } from '../../devices/index.ts';
import type { StoredState } from '../../src/gateway/ports.ts';
import { openRulebook } from '../../src/gateway/rulebook-versions.ts';
import type { RuleDirectory } from '../../src/model/rulebook.ts';
import { emptyState, openStreet, type Street } from './core.ts';

/** A file with one rule: smoke is found at so much smoke in the air (%). */
export const smokeAt = (density: number, id = 'smoke'): string => `source: a test
rules:
  - id: ${id}
    kind: threshold
    types: [smoke-alarm]
    when: { measurement: smoke_density, above: ${density} }
    alert: { kind: smoke, priority: critical, latching: true, title: { zh: 烟, en: Smoke } }
`;

/** A file with one rule: a battery is low below so much (%). */
export const batteryBelow = (percent: number, id = 'battery'): string => `source: a test
rules:
  - id: ${id}
    kind: threshold
    types: [smoke-alarm]
    when: { measurement: battery, below: ${percent} }
    alert: { kind: battery, priority: low, title: { zh: 电, en: Battery } }
`;

/** A directory that holds these files. */
export const directoryOf = (files: Readonly<Record<string, string>>): RuleDirectory => ({
  ok: true,
  files: Object.entries(files)
    .map(([name, text]) => ({ name, text }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
});

/** A gateway starts over what is stored and this directory, as the entrance does it. Throws where it would refuse to start. */
export const startOver = (
  files: Readonly<Record<string, string>> | RuleDirectory,
  state: StoredState = emptyState,
): Street => {
  const directory =
    typeof files.ok === 'boolean' ? (files as RuleDirectory) : directoryOf(files as Record<string, string>);
  const opened = openRulebook(state.rulebook, directory, deviceTypes);
  if (!opened.ok) throw new Error(opened.problems.map(({ message }) => message).join('\n'));
  const street = openStreet({ state: { ...state, rulebook: opened.version }, rules: opened.rules });
  street.read(directory);
  return street;
};
