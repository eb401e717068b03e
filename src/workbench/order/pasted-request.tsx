import { useId, useState } from 'react';
import { isObject } from '../../fhir/json.ts';
import { useSession } from '../session.tsx';

/** A hook request as an EHR wrote it: sent as it is, so that what is wrong with it is said by the service. */
export function PastedRequest({ onChoose }: { readonly onChoose: () => void }) {
  const id = useId();
  const { request, asOf, isRunning, chooseAndRun } = useSession();
  const [pasted, setPasted] = useState('');
  const [mistake, setMistake] = useState<string>();
  const send = (): void => {
    const read = readJson(pasted);
    setMistake(read.mistake);
    if (read.mistake !== undefined) return;
    onChoose();
    void chooseAndRun(read.value, asOf);
  };
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-text`}>Order-sign request (JSON)</label>
        <textarea
          id={`${id}-text`}
          className="code-input"
          rows={14}
          spellCheck={false}
          required
          value={pasted}
          aria-invalid={mistake !== undefined}
          aria-describedby={mistake === undefined ? undefined : `${id}-mistake`}
          onChange={(event) => {
            setPasted(event.target.value);
          }}
        />
      </div>
      {mistake === undefined ? null : (
        <p id={`${id}-mistake`} className="problem small" role="alert">
          {mistake}
        </p>
      )}
      <div className="row">
        <button type="submit" className="button button-primary" disabled={isRunning}>
          Send request
        </button>
        <button
          type="button"
          className="button"
          disabled={request === undefined}
          onClick={() => {
            setPasted(JSON.stringify(request, null, 2));
          }}
        >
          Start from the request at hand
        </button>
      </div>
    </form>
  );
}

type Read =
  | { readonly value: Readonly<Record<string, unknown>>; readonly mistake?: undefined }
  | { readonly mistake: string };

function readJson(pasted: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(pasted);
  } catch (error) {
    return { mistake: `This is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.` };
  }
  return isObject(value)
    ? { value }
    : { mistake: 'This is JSON, but no object: a hook request begins with {.' };
}
