import type { Questionnaire, QuestionnaireResponse } from 'fhir/r4.js';
import fhirSupport from 'lforms/dist/fhir/R4/lformsFHIR.js?url';
import component from 'lforms/dist/lforms/webcomponent/lhc-forms.js?url';
import zones from 'lforms/dist/lforms/webcomponent/assets/lib/zone.min.js?url';

/**
 * The part of LForms that the page uses (NLM's renderer of FHIR Questionnaires, https://lhncbc.github.io/lforms/). It comes
 * as three finished scripts that put one global in place, and is loaded when the first form is opened.
 */
interface LForms {
  readonly Util: {
    readonly convertFHIRQuestionnaireToLForms: (questionnaire: Questionnaire, version: 'R4') => Definition;
    readonly mergeFHIRDataIntoLForms: (
      type: 'QuestionnaireResponse',
      response: QuestionnaireResponse,
      definition: Definition,
      version: 'R4',
    ) => Definition;
    readonly addFormToPage: (
      definition: Definition,
      container: HTMLElement,
      options: { readonly prepopulate: boolean },
    ) => Promise<void>;
    readonly getFormFHIRData: (
      type: 'QuestionnaireResponse',
      version: 'R4',
      container: HTMLElement,
    ) => QuestionnaireResponse;
  };
}

interface Definition {
  templateOptions?: Readonly<Record<string, unknown>>;
}

declare global {
  interface Window {
    readonly LForms?: LForms;
  }
}

/** Help stands under its question, where every reader and a print find it; there is no room for a tree beside a question. */
const OPTIONS = { showCodingInstruction: true, hideTreeLine: true, viewMode: 'auto' } as const;

let loading: Promise<LForms> | undefined;

/** @throws Error when a script does not arrive; asked again, it is tried again */
async function loaded(): Promise<LForms> {
  loading ??= inOrder([zones, component, fhirSupport]).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function inOrder(urls: readonly string[]): Promise<LForms> {
  for (const url of urls) await script(url);
  const { LForms } = window;
  if (LForms === undefined) throw new Error('the form renderer did not start');
  return LForms;
}

const script = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = url;
    element.addEventListener('load', () => {
      resolve();
    });
    element.addEventListener('error', () => {
      element.remove();
      reject(new Error('the form renderer could not be loaded'));
    });
    document.head.append(element);
  });

/** The nonce of this page, for the style elements that the renderer writes (Angular's `ngCspNonce`). */
const nonce = (): string => document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

/**
 * Shows a form in a container.
 * @returns reads what stands in it
 */
export async function showForm(
  container: HTMLElement,
  questionnaire: Questionnaire,
  draft: QuestionnaireResponse,
): Promise<() => QuestionnaireResponse> {
  container.setAttribute('ngCspNonce', nonce());
  const { Util } = await loaded();
  const empty = Util.convertFHIRQuestionnaireToLForms(questionnaire, 'R4');
  const filled = Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', draft, empty, 'R4');
  filled.templateOptions = { ...filled.templateOptions, ...OPTIONS };
  await Util.addFormToPage(filled, container, { prepopulate: false });
  withChoiceByKeyboard(container);
  withoutLostReferences(container);
  new MutationObserver(() => {
    withoutLostReferences(container);
  }).observe(container, { childList: true, subtree: true });
  return () => Util.getFormFHIRData('QuestionnaireResponse', 'R4', container);
}

/**
 * The renderer takes a click on a radio button for itself, and forbids the browser to act on it. A choice by keyboard is such
 * a click: the browser puts back what was checked before, and screen readers go on saying that. Here the choice stays the
 * browser's, and the renderer hears of it by a click on the label.
 */
function withChoiceByKeyboard(container: HTMLElement): void {
  const isRadio = (target: EventTarget | null): target is HTMLInputElement =>
    target instanceof HTMLInputElement && target.type === 'radio';
  container.addEventListener(
    'click',
    (event) => {
      if (isRadio(event.target)) event.stopPropagation();
    },
    { capture: true },
  );
  container.addEventListener('change', ({ target }) => {
    if (isRadio(target)) target.closest('label')?.click();
  });
}

/** The renderer's buttons name the balloon that explains them before it is there: screen readers look for it in vain. */
function withoutLostReferences(container: HTMLElement): void {
  for (const attribute of ['aria-controls', 'aria-describedby'])
    for (const element of container.querySelectorAll(`button[${attribute}]`))
      if (document.getElementById(element.getAttribute(attribute) ?? '') === null)
        element.removeAttribute(attribute);
}
