import { useId } from 'react';
import type { Searched } from '../../engine/result.ts';
import type { Anomaly } from '../../engine/determination.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { Icon } from '../components/icon.tsx';
import { Status } from '../components/status.tsx';
import { printedNumber } from '../criterion-number.ts';
import { hrefTo } from '../route.ts';
import type { CriterionNode } from './criterion-tree.ts';
import type { Opened } from './evidence-dialog.tsx';
import { EvidenceList } from './evidence-list.tsx';
import { highlightOf, useHighlight } from './highlight.tsx';

/** What every row of the tree needs. */
export interface TreeScope {
  /** Id and version of the policy: `some-policy@2025-01`. */
  readonly policy: string;
  readonly indication: string | undefined;
  readonly anomalies: readonly Anomaly[];
  /** Ids of the criteria that stand open. */
  readonly open: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
  readonly onEvidence: (opened: Opened) => void;
  /** Begins the ids of elements. */
  readonly base: string;
}

/** Id of a criterion's button, to lead to it. */
export const elementId = (base: string, criterion: string): string =>
  `${base}${criterion.replaceAll(/[^\w.-]/g, '_')}`;

export function CriterionList({
  nodes,
  scope,
}: {
  readonly nodes: readonly CriterionNode[];
  readonly scope: TreeScope;
}) {
  return (
    <ul role="list" className="tree">
      {nodes.map((node, index) => (
        // A definition may stand under several criteria: its id alone does not name its place.
        <li key={`${node.criterion.id} ${index}`}>
          <CriterionItem node={node} scope={scope} />
        </li>
      ))}
    </ul>
  );
}

function CriterionItem({ node, scope }: { readonly node: CriterionNode; readonly scope: TreeScope }) {
  const { highlight, setHighlight } = useHighlight();
  const body = useId();
  const { criterion, number, isAsked } = node;
  const { id, title, status, needs, evidence } = criterion;
  const isOpen = scope.open.has(id);
  const activate = (): void => {
    setHighlight(
      highlightOf(id, printedNumber(number) === undefined ? title : `Criterion ${number}`, evidence),
    );
  };
  return (
    <div
      className={`tree-item tree-item-${status}`}
      data-highlighted={highlight?.criterion === id ? '' : undefined}
    >
      <button
        type="button"
        className="tree-head"
        id={elementId(scope.base, id)}
        aria-expanded={isOpen}
        aria-controls={body}
        onClick={() => {
          scope.onToggle(id);
        }}
        // Not on entering: a page that scrolls under a pointer at rest would take the highlight from the keyboard.
        onPointerMove={highlight?.criterion === id ? undefined : activate}
        onFocus={activate}
      >
        <span className="tree-number">{printedNumber(number)}</span>
        <span className="tree-title">{title}</span>
        <span className="tree-status">
          {isAsked ? (
            <Status status={status} needs={needs} />
          ) : (
            <span className="not-asked">Open, not asked for</span>
          )}
        </span>
      </button>
      <div id={body} className="tree-body" hidden={!isOpen}>
        <CriterionDetail node={node} scope={scope} />
      </div>
    </div>
  );
}

function CriterionDetail({ node, scope }: { readonly node: CriterionNode; readonly scope: TreeScope }) {
  const { criterion, deciding, aside, missing, isAsked, parts } = node;
  const { id, locator, status, searched } = criterion;
  const anomalies = scope.anomalies.filter(({ criteria }) => criteria.includes(id));
  const isOpen = status === 'unknown';
  return (
    <>
      <p className="small quiet tree-locator">
        <a href={hrefTo(['policies', scope.policy, id], { indication: scope.indication })}>{locator}</a>
      </p>
      {isOpen && isAsked && missing.length > 0 ? (
        <div className="tree-section">
          <h3>Still needed</h3>
          <ul className="plain-list">
            {missing.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <EvidenceList
        title={isOpen ? 'Found' : 'Decided by'}
        evidence={deciding}
        criterion={id}
        onOpen={scope.onEvidence}
      />
      <EvidenceList
        title="Found beside it, deciding nothing"
        evidence={aside}
        criterion={id}
        onOpen={scope.onEvidence}
      />
      {parts.length === 0 && deciding.length === 0 && aside.length === 0 && status !== 'not-applicable' ? (
        <p className="small quiet">No record of the chart speaks to it.</p>
      ) : null}
      {anomalies.map((anomaly) => (
        <AnomalyNote key={anomaly.id} anomaly={anomaly} />
      ))}
      {searched.length === 0 ? null : (
        <Disclosure title={<span className="small">What was searched</span>}>
          <SearchedList searched={searched} />
        </Disclosure>
      )}
      {parts.length === 0 ? null : <CriterionList nodes={parts} scope={scope} />}
    </>
  );
}

export function AnomalyNote({ anomaly: { id, text } }: { readonly anomaly: Anomaly }) {
  return (
    <p className="anomaly-note">
      <Icon name="info" />
      <span>
        {text} <code>{id}</code>
      </span>
    </p>
  );
}

const UNREAD_WORDS = {
  failed: 'could not be read',
  incomplete: 'read in part',
  'not-asked': 'not available',
} as const;

function SearchedList({ searched }: { readonly searched: readonly Searched[] }) {
  return (
    <ul role="list" className="searched">
      {searched.map(({ resourceType, count, status, reason }) => (
        <li key={resourceType} className={status === undefined ? undefined : 'unread'}>
          <span className="searched-count">{count}</span> {resourceType}
          {status === undefined
            ? ''
            : ` (${UNREAD_WORDS[status]}${reason === undefined ? '' : `: ${reason}`})`}
        </li>
      ))}
    </ul>
  );
}
