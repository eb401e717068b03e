import { useId, useMemo, useState } from 'react';
import type { StoredDetermination } from '../api.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { decisionLabel } from './answer.ts';
import { CourseFigure } from './course-figure.tsx';
import { AnomalyNote, CriterionList, elementId, type TreeScope } from './criterion-item.tsx';
import { criterionTree, filtered, flattened, openedAtFirst, type Filter } from './criterion-tree.ts';
import { EvidenceDialog, type Opened } from './evidence-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { pictureOf } from './course.ts';
import { useCourse } from './use-course.ts';

/** One determination: its answer, the course of the patient, its criteria and what is odd about its text. */
export function DeterminationPanel({ determination }: { readonly determination: StoredDetermination }) {
  const base = useId();
  const [opened, setOpened] = useState<Opened>();
  const [filter, setFilter] = useState<Filter>('all');
  const nodes = useMemo(() => criterionTree(determination.criteria), [determination]);
  const [open, setOpen] = useState(() => openedAtFirst(nodes));
  const reading = useCourse(determination);
  const picture = useMemo(
    () => (reading.kind === 'read' ? pictureOf(determination, reading.course) : undefined),
    [determination, reading],
  );
  const scope: TreeScope = {
    policy: `${determination.policy.id}@${determination.policy.version}`,
    indication: determination.indication ?? undefined,
    anomalies: determination.anomalies,
    open,
    base,
    onToggle: (id) => {
      setOpen((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      });
    },
    onEvidence: setOpened,
  };
  const show = (id: string): void => {
    setFilter('all');
    setOpen((before) => new Set([...before, id]));
    // Once it is rendered: the filter may have hidden it.
    requestAnimationFrame(() => {
      document.getElementById(elementId(base, id))?.focus();
    });
  };
  const choose = (next: Filter): void => {
    setFilter(next);
    // What is asked for is to be seen, not to be opened one by one.
    setOpen(
      new Set(
        next === 'all'
          ? openedAtFirst(nodes)
          : flattened(filtered(nodes, next)).map(({ criterion }) => criterion.id),
      ),
    );
  };
  const shown = filtered(nodes, filter);
  const alternatives = determination.alternatives ?? [];
  const general = determination.anomalies.filter(({ criteria }) => criteria.length === 0);
  return (
    <>
      <AnswerPanel determination={determination} onCriterion={show} />
      <div className="determination-columns">
        <section className="panel course-panel" aria-labelledby={`${base}course`}>
          <h2 id={`${base}course`}>The patient’s course</h2>
          {reading.kind === 'problem' ? (
            <Problem title="The course could not be drawn" problem={reading.problem} />
          ) : picture === undefined ? (
            <Progress what="Reading the course" />
          ) : (
            <CourseFigure picture={picture} onEvidence={setOpened} determination={determination} />
          )}
        </section>
        <section className="panel" aria-labelledby={`${base}criteria`}>
          <div className="tree-heading">
            <h2 id={`${base}criteria`}>Criteria</h2>
            {nodes.length === 0 ? null : <FilterBar nodes={nodes} filter={filter} onChange={choose} />}
          </div>
          {nodes.length === 0 ? (
            <p className="quiet">
              {determination.decision === 'no-covered-indication'
                ? 'No indication of the policy fits the confirmed diagnosis: there are no criteria to look at.'
                : 'No indication could be chosen; below are those that the product has.'}
            </p>
          ) : shown.length === 0 ? (
            <p className="empty">No criterion is of this kind.</p>
          ) : (
            <CriterionList nodes={shown} scope={scope} />
          )}
          {alternatives.map((alternative) => (
            <Disclosure
              key={alternative.indication}
              title={`Also looked at: ${alternative.indication} (${decisionLabel(alternative.decision)})`}
            >
              <CriterionList
                nodes={criterionTree(alternative.criteria)}
                scope={{ ...scope, indication: alternative.indication }}
              />
            </Disclosure>
          ))}
          {general.length === 0 ? null : (
            <div className="tree-section">
              <h3>About the policy’s text and the chart</h3>
              {general.map((anomaly) => (
                <AnomalyNote key={anomaly.id} anomaly={anomaly} />
              ))}
            </div>
          )}
        </section>
      </div>
      <EvidenceDialog
        opened={opened}
        onClose={() => {
          setOpened(undefined);
        }}
      />
    </>
  );
}
