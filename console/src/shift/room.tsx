import { Alert as Notice, Tag } from 'antd';
import { canBeHeard, type SeatConsole } from '../../../src/model/seat.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useGatewayHealth } from '../strip/use-gateway-health.ts';
import { useTimes } from '../time/use-times.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { shiftWords } from './words.ts';

const deskState = (
  consoles: readonly SeatConsole[],
): 'heard' | 'hidden' | 'silent' | 'silenced' | 'unknown' => {
  if (consoles.some(canBeHeard)) return 'heard';
  const [first] = consoles.filter(({ visible }) => visible);
  if (first === undefined) return consoles.some(({ audio }) => audio !== 'unknown') ? 'hidden' : 'unknown';
  return first.silenced ? 'silenced' : 'silent';
};

/** Who is on line and can be heard, and how the gateway is. */
export const RoomSection = () => {
  const page = usePageWords(shiftWords);
  const { words } = useSpeech();
  const times = useTimes();
  const { seats, console } = useFeedState();
  const gateway = useGatewayHealth();
  const desks = seats.flatMap(({ name, role, consoles }) =>
    [...new Set(consoles.map(({ seat }) => seat))].map((seat) => {
      const pages = consoles.filter((one) => one.seat === seat);
      return { seat, name, role, pages, since: Math.min(...pages.map(({ since }) => since)) };
    }),
  );
  return (
    <>
      <h3>{page.seats}</h3>
      {desks.length === 0 && <p className="quiet">{page.noSeats}</p>}
      <ul className="desks">
        {desks.map(({ seat, name, role, pages, since }) => {
          const state = deskState(pages);
          return (
            <li key={seat} data-desk={state}>
              <strong>{name}</strong> <span className="quiet">{words.role[role]}</span>{' '}
              {pages.some(({ id }) => id === console) && <Tag>{page.me}</Tag>}{' '}
              <span className={state === 'heard' ? 'good' : 'bad'}>
                {state === 'heard' ? '♪' : '✕'} {page.desk[state]}
              </span>{' '}
              <span className="quiet">{page.since(times.minuteOf(since))}</span>
            </li>
          );
        })}
      </ul>
      <h3>{page.gateway}</h3>
      {gateway === null ? (
        <p className="quiet">{words.roomState.gatewayUnknown}</p>
      ) : (
        <>
          {gateway.ok && gateway.warnings.length === 0 && <p className="good">✓ {page.gatewayWell}</p>}
          {gateway.problems.map((problem) => (
            <Notice key={problem} type="error" showIcon title={problem} />
          ))}
          {gateway.warnings.map((warning) => (
            <Notice key={warning} type="warning" showIcon title={warning} />
          ))}
          <p>
            {page.recording}
            <strong>{gateway.recording ? page.on : page.off}</strong>
          </p>
        </>
      )}
    </>
  );
};
