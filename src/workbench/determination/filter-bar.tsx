import { useId } from 'react';
import { FILTERS, filtered, type CriterionNode, type Filter } from './criterion-tree.ts';

const WORDS: Readonly<Record<Filter, string>> = {
  all: 'All',
  open: 'Open',
  'not-met': 'Not met',
  met: 'Met',
};

/** Which criteria are shown: radio buttons, so that one is always chosen. */
export function FilterBar({
  nodes,
  filter,
  onChange,
}: {
  readonly nodes: readonly CriterionNode[];
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}) {
  const name = useId();
  return (
    <fieldset className="filter-bar">
      <legend className="visually-hidden">Show criteria</legend>
      {FILTERS.map((id) => (
        <label key={id}>
          <input
            type="radio"
            name={name}
            checked={filter === id}
            onChange={() => {
              onChange(id);
            }}
          />
          <span>
            {WORDS[id]} <span className="filter-count">{filtered(nodes, id).length}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
