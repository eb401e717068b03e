import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';
import { configurationOptions, type ConfigurationOption } from '../crd/card-types.ts';
import { HOOKS, type Hook } from '../crd/hook-request.ts';
import { templatesOf, type PrefetchStyle } from '../crd/prefetch.ts';
import { WIRE_VERSIONS, type WireVersion } from '../crd/wire-version.ts';
import type { Library } from '../policy/library.ts';
import { answerCall, type Dependencies } from './call.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';
import { sendJson } from './reply.ts';
import { HOOK_PATTERN } from './route.ts';

/** CDS Hooks 2.0.1, "Discovery": one service for each hook, its id the hook's name. */
interface Service {
  readonly hook: Hook;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly usageRequirements: string;
  readonly extension: {
    readonly 'davinci-crd.version': readonly WireVersion[];
    readonly 'davinci-crd.configuration-options': readonly ConfigurationOption[];
  };
}

const DESCRIPTIONS: Readonly<Record<Hook, string>> = {
  'order-sign':
    'For a CAR-T order, evaluates the coverage criteria of the patient’s payer over the chart: whether prior authorization is required, which record meets which criterion, and what is missing. Every other order passes without a card.',
  'order-select':
    'For a selected CAR-T order, says early whether prior authorization is required and which criteria the chart decides. Asks for no documents.',
  'order-dispatch':
    'For a dispatched CAR-T order, evaluates the coverage criteria of the patient’s payer over the chart, as at signing.',
  'appointment-book':
    'For an appointment that a CAR-T order is booked by, evaluates the coverage criteria for the day of the appointment.',
  'encounter-start':
    'Answers the start of an encounter. The hook brings no order, so there is a statement only for the clients of a payer, and no card.',
  'encounter-discharge':
    'Answers a discharge. The hook brings no order, so there is a statement only for the clients of a payer, and no card.',
};

const discovered = (library: Library, style: PrefetchStyle): readonly Service[] =>
  HOOKS.map((hook) => ({
    hook,
    id: hook,
    title: 'CAR-T coverage criteria',
    description: DESCRIPTIONS[hook],
    prefetch: templatesOf(hook, library, style),
    usageRequirements:
      'Reads the chart from prefetch, and through fhirServer what prefetch lacks. What neither gives is reported as not read.',
    extension: {
      'davinci-crd.version': WIRE_VERSIONS,
      'davinci-crd.configuration-options': configurationOptions(hook),
    },
  }));

export function cdsServiceRoutes(dependencies: Dependencies, gate: Gate): Router {
  const { library, config } = dependencies;
  const services = discovered(library, config.prefetch ?? 'small');
  const router = Router();
  router.get(
    '/cds-services',
    gate.open(() => ['/cds-services']),
    (_request, response) => {
      response.set('cache-control', 'public, max-age=300').json({ services });
    },
  );
  router.all('/cds-services', allow('GET'));
  router.all(HOOK_PATTERN, (request, _response, next) => {
    if (!services.some(({ id }) => id === request.params['id'])) {
      throw new ServiceError(
        'unknown-service',
        `there is no such service; GET /cds-services lists them: ${services.map(({ id }) => id).join(', ')}`,
        '(url)',
      );
    }
    next();
  });
  router.post(HOOK_PATTERN, async (request, response) => {
    const service = services.find(({ id }) => id === request.params['id']);
    if (service !== undefined) await answerHook(request, response, service.hook, dependencies, gate);
  });
  router.all(HOOK_PATTERN, allow('POST'));
  return router;
}

/**
 * Answers a hook call, whoever has found that it is one.
 * @throws ServiceError when it gets another answer than 200
 */
export async function answerHook(
  request: IncomingMessage,
  response: ServerResponse,
  hook: Hook,
  dependencies: Dependencies,
  gate: Pick<Gate, 'admit'>,
): Promise<void> {
  const body = await gate.admit(request, response, [`/cds-services/${hook}`]);
  sendJson(response, await answerCall(request, response, body, hook, dependencies));
}
