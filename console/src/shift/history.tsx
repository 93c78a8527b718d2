import { Table } from 'antd';
import type { Shift } from '../../../src/model/shift.ts';
import { useTimes } from '../time/use-times.ts';
import { usePageWords } from '../words/words.tsx';
import { shiftWords } from './words.ts';

/** The shifts before, each with its sound test, both signatures, and what was taken by name. */
export const History = (props: {
  readonly shifts: readonly Shift[];
  readonly nameOf: (user: string) => string;
}) => {
  const page = usePageWords(shiftWords);
  const times = useTimes();
  const { nameOf } = props;
  const say = times.minuteOf;
  const sound = ({ soundTests }: Shift): string => {
    const last = soundTests.at(-1);
    if (last === undefined) return page.untested;
    return `${last.heard ? page.heard : page.notHeard} · ${page.soundAt(nameOf(last.by), say(last.at))}`;
  };
  return (
    <Table<Shift>
      rowKey="id"
      size="small"
      locale={{ emptyText: <span className="quiet">{page.noHistory}</span> }}
      dataSource={[...props.shifts]}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        {
          title: page.columns.period,
          render: (_, { beganAt, endedAt }) =>
            `${say(beganAt)} – ${endedAt === undefined ? page.now : say(endedAt)}`,
        },
        { title: page.columns.operator, render: (_, { operator }) => nameOf(operator) },
        { title: page.columns.sound, render: (_, shift) => sound(shift) },
        {
          title: page.columns.handOver,
          render: (_, { handOver, lapsed }) => {
            if (handOver === undefined)
              return lapsed === true ? <span className="bad">{page.lapsed}</span> : null;
            const { by, givenAt, to, takenAt } = handOver;
            return page.signatures(nameOf(by), say(givenAt), nameOf(to), say(takenAt));
          },
        },
        {
          title: page.columns.critical,
          render: (_, { handOver }) => (handOver === undefined ? null : page.counts(handOver.taken.length)),
        },
        { title: page.columns.note, render: (_, { handOver }) => handOver?.note ?? null },
      ]}
    />
  );
};
