import type { Priority } from '../../../src/model/alert.ts';

const shapes: Readonly<Record<Priority, string>> = {
  critical: 'M8 0l8 8-8 8-8-8z',
  high: 'M8 1l8 14H0z',
  medium: 'M2 2h12v12H2z',
  low: 'M8 2a6 6 0 100 12A6 6 0 008 2zm0 2.2a3.8 3.8 0 110 7.6 3.8 3.8 0 010-7.6z',
};

/** The priority as a shape of its own, so that colour is never alone. */
export const PriorityShape = ({ priority }: { readonly priority: Priority }) => (
  <svg className="shape" viewBox="0 0 16 16" width="1em" height="1em" aria-hidden="true">
    <path d={shapes[priority]} fill="currentColor" fillRule="evenodd" />
  </svg>
);
