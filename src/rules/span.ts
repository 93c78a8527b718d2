import { Duration } from './duration.ts';

/** A length of time to look back over, at least a second; its output is ms. */
export const Span = Duration.refine((ms) => ms >= 1000, 'must be at least 1s');
