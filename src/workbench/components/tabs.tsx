import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';

export interface Tab {
  readonly id: string;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

/** Tabs as WAI-ARIA has them: arrow keys move, Home and End go to the ends. Only the panel in view is rendered. */
export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
}: {
  /** Names the row of tabs for screen readers. */
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** Id of a tab; the first when there is none of this id. */
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}) {
  const base = useId();
  const row = useRef<HTMLDivElement>(null);
  const found = tabs.findIndex(({ id }) => id === selected);
  const index = Math.max(0, found);
  const current = tabs[index];
  if (current === undefined) return null;

  const move = (event: KeyboardEvent): void => {
    const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = (target + tabs.length) % tabs.length;
    onSelect(tabs[next]?.id ?? current.id);
    row.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} ref={row}>
        {tabs.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            className="tab"
            role="tab"
            id={`${base}-${id}`}
            aria-selected={id === current.id}
            aria-controls={`${base}-panel`}
            tabIndex={id === current.id ? 0 : -1}
            onClick={() => {
              onSelect(id);
            }}
            onKeyDown={move}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        className="tab-panel"
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-${current.id}`}
        tabIndex={0}
      >
        {current.content}
      </div>
    </>
  );
}
