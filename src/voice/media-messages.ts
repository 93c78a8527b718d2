import type { Media, MediaDoor } from '../gateway/call-doors.ts';
import type { WebrtcPlace } from './legs/webrtc.ts';
import type { PromptLanguage } from './prompts.ts';
import type { MediaFigures } from './switchboard.ts';

/** A call of one of a port's functions, as a message. */
type CallOf<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...given: infer Given) => void
    ? { readonly what: Name; readonly given: Given }
    : never;
}[keyof Port];

/** How the media process is to work; the first that it is told. `port` 0 = any free one. */
export type MediaSettings = Omit<WebrtcPlace, 'bind'> & {
  readonly host: string;
  readonly language: PromptLanguage;
  readonly promptsDir: string | null;
  /** Where calls are recorded; null = nowhere. */
  readonly recordingsDir: string | null;
};

/** What the gateway tells the media process. */
export type ToMedia =
  | CallOf<Media>
  | { readonly what: 'settings'; readonly settings: MediaSettings }
  | { readonly what: 'how-are-you' }
  | { readonly what: 'stop' };

/** What the media process tells the gateway. `ready`: legs can be opened, on this port. */
export type FromMedia =
  | CallOf<Omit<MediaDoor, 'lost'>>
  | { readonly what: 'ready'; readonly port: number }
  | { readonly what: 'cannot-open'; readonly why: string }
  | { readonly what: 'well'; readonly figures: MediaFigures }
  | { readonly what: 'warning'; readonly text: string };
