import { useEffect, useMemo, useRef, useState } from 'react';
import type { Questionnaire, QuestionnaireResponse } from 'fhir/r4.js';
import { ApiProblem, type StoredDetermination } from '../api.ts';
import { EntryHeading } from '../components/entry-heading.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { asProblem, useSession } from '../session.tsx';
import { inWordsOfForm } from './issue-words.ts';
import { showForm } from './lforms.ts';
import { namedRecords } from './named-records.ts';
import { sendResponse, type FormPackage } from './questionnaire-package.ts';
import { completed, rendered } from './rendered-form.ts';
import type { Saved } from './saved-form.tsx';

/** One form, to be filled in and sent. @param author who completes it, `Practitioner/id` */
export function QuestionnaireForm({
  form,
  determination,
  author,
  isReopened,
  onSent,
}: {
  readonly form: FormPackage;
  readonly determination: StoredDetermination;
  readonly author: string;
  /** True after it has been sent once. */
  readonly isReopened: boolean;
  readonly onSent: (saved: Saved) => void;
}) {
  const { chart } = useSession();
  const container = useRef<HTMLDivElement>(null);
  const read = useRef<() => QuestionnaireResponse>(undefined);
  const [isShown, setIsShown] = useState(false);
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<{ readonly title: string; readonly cause: ApiProblem }>();
  const { questionnaire, draft } = form;
  const records = useMemo(() => namedRecords(chart.resources), [chart.resources]);
  const isWaiting = chart.isLoading;

  useEffect(() => {
    const place = container.current;
    if (place === null || isWaiting) return;
    let isCurrent = true;
    // A new element each time: the renderer keeps what it has put into one.
    const element = document.createElement('div');
    place.replaceChildren(element);
    const shown = rendered(form, records);
    showForm(element, shown.questionnaire, shown.draft).then(
      (reader) => {
        if (!isCurrent) return;
        read.current = reader;
        setIsShown(true);
      },
      (error: unknown) => {
        if (isCurrent) setProblem({ title: 'The form could not be shown', cause: asProblem(error) });
      },
    );
    return () => {
      isCurrent = false;
      place.replaceChildren();
    };
  }, [form, records, isWaiting]);

  const send = async (): Promise<void> => {
    if (read.current === undefined) return;
    setIsSending(true);
    setProblem(undefined);
    const response = completed(draft, read.current(), { author, authored: determination.asOf });
    try {
      await sendResponse(response, determination.id);
      onSent({ title: questionnaire.title ?? '' });
    } catch (error) {
      setProblem({ title: 'The form was not taken', cause: inWords(asProblem(error), questionnaire) });
      setIsSending(false);
    }
  };

  return (
    <section
      className={isShown || problem !== undefined ? 'stack' : 'stack form-waiting'}
      aria-labelledby="form-title"
    >
      <div>
        <EntryHeading id="form-title" takesFocus={isReopened}>
          {questionnaire.title}
        </EntryHeading>
        <p className="quiet">
          Filled in from the chart where it answers. What is sent is the statement of {author}, and evidence
          in the next determination.
        </p>
      </div>
      {isShown || problem !== undefined ? null : <Progress what="Laying out the form" />}
      <div className="questionnaire" ref={container} hidden={!isShown} />
      {problem === undefined ? null : <Problem title={problem.title} problem={problem.cause} />}
      {isShown ? (
        <p className="row">
          <button
            type="button"
            className="button button-primary"
            disabled={isSending}
            onClick={() => {
              void send();
            }}
          >
            Send the form
          </button>
          {isSending ? <Progress what="Sending" /> : null}
        </p>
      ) : null}
    </section>
  );
}

function inWords({ status, code, path, issues }: ApiProblem, questionnaire: Questionnaire): ApiProblem {
  const [first = '', ...more] = inWordsOfForm(issues, questionnaire);
  return new ApiProblem(status, code, first, path, [first, ...more]);
}
