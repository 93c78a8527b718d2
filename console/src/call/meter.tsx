import { useEffect, useRef } from 'react';

const everyMs = 100;

/** How loud one side is: a bar that moves ten times a second, past React. `read` answers 0..1. */
export const Meter = (props: { readonly label: string; readonly read: () => number }) => {
  const bar = useRef<HTMLElement>(null);
  const newest = useRef(props.read);
  useEffect(() => {
    newest.current = props.read;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (bar.current !== null) bar.current.style.width = `${Math.round(newest.current() * 100)}%`;
    }, everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="meter">
      <small>{props.label}</small>
      <span className="scale" aria-hidden="true">
        <i ref={bar} />
      </span>
    </span>
  );
};
