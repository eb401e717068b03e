import type { ReactNode } from 'react';

/** What is there for those who ask. */
export function Disclosure({
  title,
  isOpen = false,
  children,
}: {
  readonly title: ReactNode;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <details className="disclosure" open={isOpen}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
