import { parseArgs } from 'node:util';
import { benches } from './index.ts';
import { describeMachine } from './machine.ts';
import { endEverything } from './own-gateway.ts';
import type { Bench, Row } from './row.ts';

const usage = `Measures the gateway and prints each figure with its ratio to the target; before them, how busy the machine is with other things.

  npm run bench [-- NAME …]

  NAME      one bench or several; without one all of them run but those that take very long
  --list    the benches, and what each measures
  --help    this

Exit status: 0 every target was met, 1 one was missed, 2 something could not be measured.
`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Measured = Row & { readonly bench: string };

const verdict = ({ met }: Row): string => (met ? 'met' : 'MISSED');
const ratioOf = ({ ratio }: Row): string => `${ratio.toFixed(2)} × target`;

const tableOf = (rows: readonly Measured[]): string => {
  const lines = rows.map((row) => [row.bench, row.what, row.figure, row.target, ratioOf(row), verdict(row)]);
  const all = [['bench', 'what', 'figure', 'target', 'ratio', ''], ...lines];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const wantedBy = (names: readonly string[]): readonly Bench[] => {
  const wanted = names.map((name) => {
    const bench = benches.get(name);
    if (bench === undefined)
      throw new UsageError(`there is no bench "${name}"; there are ${[...benches.keys()].join(', ')}`);
    return bench;
  });
  return wanted.length === 0 ? [...benches.values()].filter(({ onlyByName }) => onlyByName !== true) : wanted;
};

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** Each figure is printed when it is known, so that a run that is cut short has not been for nothing. */
const measure = async (wanted: readonly Bench[]): Promise<number> => {
  const measured: Measured[] = [];
  let failed = false;
  process.stdout.write(`${describeMachine()}\n`);
  for (const bench of wanted) {
    process.stdout.write(`${bench.name}: ${bench.about}\n`);
    try {
      for await (const row of bench.rows()) {
        measured.push({ ...row, bench: bench.name });
        process.stdout.write(
          `  ${row.what}\n    ${row.figure} · target ${row.target} · ${ratioOf(row)} · ${verdict(row)}\n`,
        );
      }
    } catch (error) {
      failed = true;
      process.stderr.write(`bench: ${bench.name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  if (measured.length > 0) process.stdout.write(`\n${tableOf(measured)}\n`);
  if (failed) return 2;
  return measured.every(({ met }) => met) ? 0 : 1;
};

const main = async (args: readonly string[]): Promise<number> => {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help || values.list) {
      const list = [...benches.values()]
        .map(
          ({ name, about, onlyByName }) =>
            `${name.padEnd(14)}${about}${onlyByName === true ? '; runs only where it is named' : ''}\n`,
        )
        .join('');
      process.stdout.write(values.help ? usage : list);
      return 0;
    }
    return await measure(wantedBy(positionals));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  } finally {
    await endEverything();
  }
};

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void endEverything().finally(() => process.exit(130)));
process.exit(await main(process.argv.slice(2)));
