import type { FeedHealth } from '../feed/health.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { useGatewayHealth } from './use-gateway-health.ts';

/** The state of the room in one button: the desks on line, whether calls are recorded, how the gateway is. What is well is short, what is not has words; all of it is spelled out on the page of the shift. */
export const RoomState = (props: {
  readonly health: FeedHealth;
  readonly heardElsewhere: boolean;
  readonly open: () => void;
}) => {
  const { words } = useSpeech();
  const { seats } = useFeedState();
  const gateway = useGatewayHealth();
  const known = props.health === 'live' && seats.length > 0;
  const desks = new Set(seats.flatMap(({ consoles }) => consoles.map(({ seat }) => seat))).size;
  const ill = gateway !== null && !gateway.ok;
  const warned = gateway !== null && gateway.warnings.length > 0;
  const people = seats.map(({ name }) => name).join(words.roomState.and);
  const recording =
    gateway === null
      ? words.roomState.recordingUnknown
      : gateway.recording
        ? words.roomState.recording
        : words.roomState.notRecording;
  const gatewaySaid =
    gateway === null
      ? words.roomState.gatewayUnknown
      : [...gateway.problems, ...gateway.warnings].join(words.roomState.and) || words.roomState.gatewayWell;
  const said = [
    known
      ? `${words.roomState.desks(desks)}${people === '' ? '' : ` (${people})`}`
      : words.roomState.desksUnknown,
    known && !props.heardElsewhere ? words.roomState.onlyHere : '',
    recording,
    gatewaySaid,
  ];
  return (
    <button
      type="button"
      className="room-state"
      data-room
      title={said.filter((text) => text !== '').join('\n')}
      onClick={props.open}
    >
      <span data-desks={known ? desks : 'unknown'} className={known ? undefined : 'quiet'}>
        <i aria-hidden="true">⌂</i>{' '}
        {known ? (
          props.heardElsewhere ? (
            words.roomState.desks(desks)
          ) : (
            words.roomState.onlyHereShort
          )
        ) : (
          <>
            <b aria-hidden="true">?</b> <span className="roomy">{words.roomState.desksUnknown}</span>
          </>
        )}
      </span>
      {gateway === null && (
        <>
          <span className="quiet" data-recording="unknown">
            <i aria-hidden="true">○</i> <b aria-hidden="true">?</b>{' '}
            <span className="roomy">{words.roomState.recordingUnknown}</span>
          </span>
          <span className="quiet" data-gateway="unknown">
            <i aria-hidden="true">?</i> {words.roomState.gatewayUnknown}
          </span>
        </>
      )}
      {gateway !== null && (
        <span data-recording={gateway.recording} title={recording}>
          <i aria-hidden="true">{gateway.recording ? '●' : '○'}</i>{' '}
          <span className={gateway.recording ? undefined : 'wordy'}>{recording}</span>
        </span>
      )}
      {gateway !== null && (
        <span
          className={ill || warned ? 'bad' : 'good'}
          data-gateway={ill ? 'ill' : warned ? 'warned' : 'well'}
          title={gatewaySaid}
        >
          <i aria-hidden="true">{ill || warned ? '▲' : '✓'}</i>{' '}
          <span className={ill || warned ? undefined : 'wordy'}>
            {ill
              ? words.roomState.gatewayIll
              : warned
                ? words.roomState.gatewayWarned(gateway.warnings.length)
                : words.roomState.gatewayWell}
          </span>
        </span>
      )}
    </button>
  );
};
