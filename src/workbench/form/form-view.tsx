import { useEffect, useState } from 'react';
import type { Decision } from '../../engine/determination.ts';
import { property, text } from '../../fhir/json.ts';
import type { ApiProblem, StoredDetermination } from '../api.ts';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { asProblem, useSession } from '../session.tsx';
import { Authorization } from './authorization.tsx';
import { changesBetween } from './changes.ts';
import { QuestionnaireForm } from './questionnaire-form.tsx';
import { formPackages, type FormPackage } from './questionnaire-package.ts';
import { SavedForm, type Saved } from './saved-form.tsx';
import '../style/form.css';

/** The form that asks for what the determination lacks: filled in from the chart, answered, sent, and decided anew. */
export default function FormView() {
  const { determination } = useSession();
  if (determination === undefined)
    return <p className="empty">No policy governs this order: there is no form to fill in.</p>;
  const { patient, order, policy } = determination;
  // What is sent changes the determination, not what the form is about: it stays where it is.
  return (
    <div className="stack">
      <FormOf
        key={JSON.stringify([patient, order, policy.id, policy.version])}
        determination={determination}
      />
      <Authorization key={determination.id} determination={determination} />
    </div>
  );
}

/** Why no form is asked for. */
const WITHOUT_FORM: Readonly<Record<Decision, string>> = {
  'criteria-met': 'All criteria are met: no form is needed.',
  'documentation-needed':
    'Nothing is missing that a form could supply. What stays open needs a person’s review, or a chart that can be read.',
  'criteria-not-met':
    'A criterion is not met, and no form changes what the chart shows. The determination says which one, and from which record.',
  'no-covered-indication': 'The policy covers no confirmed diagnosis of this patient: it has no form for it.',
};

interface Loaded {
  /** The determination that the forms were asked for, as it was then. */
  readonly before: StoredDetermination;
  readonly packages: readonly FormPackage[];
}

function FormOf({ determination }: { readonly determination: StoredDetermination }) {
  const { request, isRunning, problem: callProblem, run } = useSession();
  const [asked, setAsked] = useState(determination);
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [saved, setSaved] = useState<Saved>();
  const [isReopened, setIsReopened] = useState(false);

  useEffect(() => {
    const controller = new AbortController();
    formPackages(asked.id, controller.signal).then(
      (packages) => {
        setProblem(undefined);
        setLoaded({ before: asked, packages });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(asProblem(error));
      },
    );
    return () => {
      controller.abort();
    };
  }, [asked]);

  const again = (): void => {
    setSaved(undefined);
    setLoaded(undefined);
    setIsReopened(true);
    setAsked({ ...determination });
  };
  if (problem !== undefined)
    return (
      <Problem title="The form could not be fetched" problem={problem}>
        <p>
          <button type="button" className="button" onClick={again}>
            Try again
          </button>
        </p>
      </Problem>
    );
  if (loaded === undefined)
    return (
      <div className="form-waiting">
        <Progress what="Fetching the form, filled in from the chart" />
      </div>
    );
  const author = text(property(request?.['context'], 'userId')) ?? '';
  const [form] = loaded.packages;
  if (saved !== undefined)
    return (
      <SavedForm
        saved={saved}
        determination={determination}
        changes={changesBetween(loaded.before, determination)}
        isRunning={isRunning}
        problem={callProblem}
        onAgain={again}
      />
    );
  if (form === undefined) return <p className="empty">{WITHOUT_FORM[determination.decision]}</p>;
  return (
    <QuestionnaireForm
      form={form}
      determination={determination}
      author={author}
      isReopened={isReopened}
      onSent={(sent) => {
        setSaved(sent);
        void run();
      }}
    />
  );
}
