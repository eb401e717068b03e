import { useEffect, useRef, type ReactNode } from 'react';

/** The heading of what comes in place of what had the focus: it takes the focus, and the reader goes on there. */
export function EntryHeading({
  id,
  takesFocus = true,
  children,
}: {
  readonly id?: string;
  /** False on a first load, which leaves focus where it is. */
  readonly takesFocus?: boolean;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <h2 id={id} ref={heading} tabIndex={-1}>
      {children}
    </h2>
  );
}
