import { Button, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { z } from 'zod';
import {
  type ImportCheck,
  type ImportedDevice,
  ImportProblem,
  importColumns,
  secretsCsv,
} from '../../../src/model/device-import.ts';
import type { Place } from '../../../src/model/place.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { useRefusal } from '../desk/use-refusal.ts';
import { checkImport, importDevices } from '../server/desk-requests.ts';
import type { Answer } from '../server/request.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords } from '../words/words.tsx';
import { texts } from './import-words.ts';

type Problems = { readonly count: number; readonly problems: readonly ImportProblem[] };
const Problems = z.object({ count: z.number(), problems: z.array(ImportProblem) });

/** How far an import has come. */
type Stage =
  | { readonly at: 'choosing' }
  | { readonly at: 'checking' }
  | { readonly at: 'bad'; readonly found: Problems }
  | { readonly at: 'refused'; readonly text: string }
  | { readonly at: 'good'; readonly check: ImportCheck }
  | { readonly at: 'importing'; readonly check: ImportCheck }
  | { readonly at: 'done'; readonly devices: readonly ImportedDevice[] };

const placesShown = 20;

/** Gives a file to the person; one that says at its beginning that it is UTF-8, or a spreadsheet garbles it. */
const giveFile = (name: string, text: string): void => {
  const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
};

const ProblemTable = ({ found }: { readonly found: Problems }) => {
  const words = usePageWords(texts);
  const columns: TableColumnsType<ImportProblem> = [
    { title: words.line, key: 'line', render: (_, { line, row }) => line ?? row ?? words.whole },
    { title: words.column, key: 'column', render: (_, { column }) => column ?? '–' },
    {
      title: words.problem,
      key: 'problem',
      render: (_, { code, message }) => (
        <>
          {wordFor(words.codes, code)}
          <br />
          <small className="quiet">{message}</small>
        </>
      ),
    },
  ];
  return (
    <>
      <p className="refused" role="alert">
        {words.bad(found.count)}
      </p>
      <Table
        rowKey={(problem) => JSON.stringify(problem)}
        size="small"
        columns={columns}
        dataSource={found.problems}
        pagination={found.problems.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      />
    </>
  );
};

const Found = ({ check }: { readonly check: ImportCheck }) => {
  const words = usePageWords(texts);
  const { count, newPlaces, lookAlikes } = check;
  const nameOf = ({ path }: Place): string => path.at(-1)?.name ?? '';
  return (
    <>
      <p role="status">
        <span className="good">✓</span> {words.good(count)}
      </p>
      {lookAlikes.length > 0 && (
        <>
          <p role="alert">
            <span aria-hidden="true">⚠</span> {words.lookAlikes(lookAlikes.length)}
          </p>
          <ul>
            {lookAlikes.slice(0, placesShown).map(({ place, known }) => (
              <li key={place.id}>
                {words.lookAlike(nameOf(place), nameOf(known))}{' '}
                <small className="quiet">
                  {place.text} · {place.id} / {known.id}
                </small>
              </li>
            ))}
            {lookAlikes.length > placesShown && <li>{words.more(lookAlikes.length - placesShown)}</li>}
          </ul>
        </>
      )}
      {newPlaces.length > 0 && (
        <>
          <p>{words.newPlaces(newPlaces.length)}</p>
          <ul>
            {newPlaces.slice(0, placesShown).map(({ id, text }) => (
              <li key={id}>
                {text} <small className="quiet">{id}</small>
              </li>
            ))}
            {newPlaces.length > placesShown && <li>{words.more(newPlaces.length - placesShown)}</li>}
          </ul>
        </>
      )}
    </>
  );
};

/** Registers many devices from a file, beside their list: it is checked first, and the secrets can be taken away once. */
export const Importing = (props: { readonly changed: () => void; readonly close: () => void }) => {
  const words = usePageWords(texts);
  const say = useRefusal();
  const [file, setFile] = useState<File | null>(null);
  const [stage, setStage] = useState<Stage>({ at: 'choosing' });
  const refused = (answer: Exclude<Answer<unknown>, { readonly ok: true }>): void => {
    const found = Problems.safeParse(answer.details);
    setStage(found.success ? { at: 'bad', found: found.data } : { at: 'refused', text: say(answer) });
  };
  const check = async (chosen: File): Promise<void> => {
    setStage({ at: 'checking' });
    const answer = await checkImport(chosen);
    if (answer.ok) setStage({ at: 'good', check: answer.value });
    else refused(answer);
  };
  const register = async (chosen: File, checked: ImportCheck): Promise<void> => {
    setStage({ at: 'importing', check: checked });
    const answer = await importDevices(chosen);
    if (!answer.ok) {
      refused(answer);
      return;
    }
    setStage({ at: 'done', devices: answer.value.devices });
    props.changed();
  };
  const isBusy = stage.at === 'checking' || stage.at === 'importing';
  return (
    <DeskFrame>
      <DeskSheet title={words.title} close={props.close}>
        {stage.at === 'done' ? (
          <div data-imported={stage.devices.length}>
            <p role="status">
              <span className="good">✓</span> {words.done(stage.devices.length)}
            </p>
            <Button type="primary" onClick={() => giveFile('secrets.csv', secretsCsv(stage.devices))}>
              {words.secrets}
            </Button>
            <p className="quiet">{words.secretsNote}</p>
          </div>
        ) : (
          <>
            <p>{words.hint}</p>
            <p className="quiet">{words.columns}</p>
            <p>
              <Button onClick={() => giveFile('devices.csv', `${importColumns.join(',')}\r\n`)}>
                {words.template}
              </Button>
            </p>
            <p>
              <label>
                {words.file}{' '}
                <input
                  type="file"
                  accept=".csv,.txt,.tsv,.json,text/csv,application/json"
                  disabled={isBusy}
                  onChange={({ target }) => {
                    setFile(target.files?.[0] ?? null);
                    setStage({ at: 'choosing' });
                  }}
                />
              </label>
            </p>
            {stage.at === 'bad' && <ProblemTable found={stage.found} />}
            {stage.at === 'refused' && (
              <p className="refused" role="alert">
                {stage.text}
              </p>
            )}
            {(stage.at === 'good' || stage.at === 'importing') && <Found check={stage.check} />}
            {file !== null && (stage.at === 'good' || stage.at === 'importing') ? (
              <Button type="primary" disabled={isBusy} onClick={() => void register(file, stage.check)}>
                {isBusy ? words.importing : words.import(stage.check.count)}
              </Button>
            ) : (
              <Button
                type="primary"
                disabled={file === null || isBusy}
                onClick={() => file !== null && void check(file)}
              >
                {isBusy ? words.checking : words.check}
              </Button>
            )}
          </>
        )}
      </DeskSheet>
    </DeskFrame>
  );
};
