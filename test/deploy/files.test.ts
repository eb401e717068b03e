import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { validate } from 'dockerfile-utils';
import { DockerfileParser } from 'dockerfile-ast';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler, type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service, type IService } from 'kubernetes-models/v1';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { CONNECTIONS } from '../../src/store/postgres.ts';
import {
  compose,
  copiedPaths,
  deployed,
  dockerIgnore,
  imageSettings,
  inRepository,
  isThere,
  manifests,
  type Settings,
} from './files.ts';

/** No container engine runs here: the deployment files are held against schemas, linters and the service itself. */

/** The names in the README's table of settings. */
const SETTINGS = new Set(
  [...readFileSync(inRepository('README.md'), 'utf8').matchAll(/^\| (`[A-Z_`, ]+`)/gm)].flatMap(([, cell]) =>
    [...(cell ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  ),
);
/** Node's own, which Express and others go by. */
SETTINGS.add('NODE_ENV');

/** What of `environment` is no setting of the service, or is not what the service takes. */
function unusable(environment: Settings): readonly unknown[] {
  const all = { ...imageSettings, ...environment };
  const unknown = Object.keys(all).filter((name) => !SETTINGS.has(name));
  const { access } = readConfig(all);
  return access.mode === 'production' ? unknown : [...unknown, access.mode];
}

describe('Dockerfile', () => {
  const text = deployed('Dockerfile');
  const file = DockerfileParser.parse(text);

  it('passes the linter', () => {
    expect(validate(text).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
    expect(validate(text.replace('WORKDIR /app', 'WORKDIR app'))).not.toEqual([]);
  });

  it('runs the version of Node that the tests run, without rights', () => {
    const [packages, image] = file.getFROMs();
    expect(packages?.getImage()).toBe(`node:${process.versions.node}-bookworm-slim`);
    expect(image?.getImage()).toMatch(/:nonroot$/);
    const users = [...text.matchAll(/^USER (.*)$/gm)].map(([, user]) => user);
    expect(users).toEqual(['65532:65532']);
  });

  it('copies what is there, and what the build is let see', () => {
    expect(copiedPaths().filter((path) => !isThere(path))).toEqual([]);
    expect(dockerIgnore().allowed.toSorted()).toEqual([...copiedPaths()].sort());
    expect(dockerIgnore().excluded.filter((path) => !isThere(path))).toEqual([]);
  });

  it('listens, and asks for its health, on one port', () => {
    const port = imageSettings['PORT'];
    expect(text).toContain(`\nEXPOSE ${port ?? ''}\n`);
    expect(file.getHEALTHCHECKs().join()).toContain(`http://127.0.0.1:${port ?? ''}/readyz`);
  });
});

describe('Compose file', () => {
  const { services } = compose();
  const replicas = Object.entries(services).filter(([name]) => name.startsWith('replica-'));

  it('has the form of the Compose Specification', () => {
    const schema = JSON.parse(
      readFileSync(new URL('./data/compose-spec.json', import.meta.url), 'utf8'),
    ) as Record<string, unknown>;
    const check = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    check(compose());
    expect(check.errors).toBeNull();
    expect(check({ services: { one: { imag: 'cartograph' } } })).toBe(false);
  });

  it('gives each replica settings that the service takes, and nothing to write on', () => {
    expect(replicas).toHaveLength(2);
    for (const [, { environment = {}, read_only: isReadOnly, volumes }] of replicas) {
      expect(unusable(environment)).toEqual([]);
      expect(isReadOnly).toBe(true);
      expect(volumes?.every((volume) => volume.endsWith(':ro'))).toBe(true);
    }
  });

  it('names to nginx the replicas, and to the replicas nginx, by the addresses that they have', () => {
    const addresses = replicas.map(([, { networks }]) => networks['front']?.ipv4_address);
    const proxied = [...deployed('nginx.conf').matchAll(/^\s+server (\S+:\d+) /gm)].map(
      ([, server]) => server,
    );
    expect(proxied).toEqual(addresses.map((address) => `${address ?? ''}:${imageSettings['PORT'] ?? ''}`));
    const proxy = services['proxy'];
    for (const [, { environment }] of replicas)
      expect(environment?.['TRUSTED_PROXIES']).toBe(proxy?.networks['front']?.ipv4_address);
    const [listens] = /(?<=listen )\d+/.exec(deployed('nginx.conf')) ?? [];
    expect(proxy?.ports).toEqual([`443:${listens ?? ''}`]);
  });
});

describe('Kubernetes manifests', () => {
  const KINDS = { Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget, NetworkPolicy };
  const all = manifests();
  const of = <T>(file: string): T => all.get(file) as T;
  const kustomization = of<{
    readonly resources: readonly string[];
    readonly configMapGenerator: readonly {
      readonly name: string;
      readonly literals?: readonly string[];
      readonly files?: readonly string[];
    }[];
  }>('kustomization.yaml');
  const resources = kustomization.resources.map((file) => ({ file, resource: of<{ kind: string }>(file) }));

  it('have the types and values of the Kubernetes API', () => {
    expect(resources.map(({ resource }) => resource.kind).sort()).toEqual(Object.keys(KINDS).sort());
    expect([...all.keys()].filter((name) => name !== 'kustomization.yaml')).toEqual(
      kustomization.resources.toSorted(),
    );
    for (const { resource } of resources) {
      const Kind = KINDS[resource.kind as keyof typeof KINDS] as new (data: object) => {
        validate: () => void;
      };
      new Kind(resource).validate();
    }
  });

  it('have no field that the Kubernetes API lacks', () => {
    const source = (manifest: object): string =>
      resources
        .map(({ resource }, index) => {
          const { kind } = resource;
          const [module] = Object.entries(MODULES).find(([, kinds]) => kinds.includes(kind)) ?? [''];
          return (
            `import type { I${kind} } from 'kubernetes-models/${module}';\n` +
            `export const m${index}: I${kind} = ${JSON.stringify({ ...resource, ...manifest })};\n`
          );
        })
        .join('');
    expect(typeProblems(source({}))).toEqual([]);
    expect(typeProblems(source({ replicas: 2 }))).toHaveLength(resources.length);
  }, 30_000);

  const deployment = of<IDeployment>('deployment.yaml');
  const pod = deployment.spec?.template.spec;
  const container = pod?.containers[0];

  it('give the service settings that it takes, from maps and secrets that are there', () => {
    const generated = new Map(
      kustomization.configMapGenerator.map(({ name, literals = [], files = [] }) => [
        name,
        new Map([
          ...literals.map((literal) => literal.split('=') as [string, string]),
          ...files.map((file) => [file, ''] as const),
        ]),
      ]),
    );
    const environment = (container?.env ?? []).map(({ name, value, valueFrom }) => {
      const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
      if (map !== undefined) return [name, generated.get(map.name ?? '')?.get(map.key) ?? ''];
      return [
        name,
        secret === undefined
          ? (value ?? '')
          : 'postgres://cartograph@database.example.org/cartograph?sslmode=verify-full',
      ];
    });
    expect(environment.filter(([, value]) => value === '')).toEqual([]);
    const settings = Object.fromEntries(environment) as Settings;
    expect(unusable(settings)).toEqual([]);
    const mount = container?.volumeMounts?.[0]?.mountPath ?? '';
    const map = generated.get(pod?.volumes?.[0]?.configMap?.name ?? '') ?? new Map<string, string>();
    expect([...map.keys()].map((file) => `${mount}/${file}`)).toEqual([settings['CLIENTS']]);
    expect(deployed('README.md')).toContain('kubectl create secret generic cartograph-database');
    expect(container?.ports).toEqual([
      { name: 'http', containerPort: Number(imageSettings['PORT']) },
      { name: 'metrics', containerPort: Number(settings['METRICS_LISTEN']?.split(':')[1]) },
    ]);
  });

  it('probe, select and reach the pods by the same names', () => {
    expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(container?.startupProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    const labels = deployment.spec?.template.metadata?.labels;
    expect(of<IService>('service.yaml').spec?.selector).toEqual(labels);
    for (const file of ['deployment.yaml', 'disruption-budget.yaml'])
      expect(of<IDeployment>(file).spec?.selector).toEqual({ matchLabels: labels });
    expect(of<{ spec: { podSelector: object } }>('network-policy.yaml').spec.podSelector).toEqual({
      matchLabels: labels,
    });
    expect(container?.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(`${pod?.securityContext?.runAsUser ?? ''}:${pod?.securityContext?.runAsGroup ?? ''}`).toBe(
      '65532:65532',
    );
  });

  it('leave time to finish calls, and have no more connections than the database takes', () => {
    const wait = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    const [, shutdown] =
      /SHUTDOWN_MILLISECONDS = ([\d_]+)/.exec(readFileSync(inRepository('src/service.ts'), 'utf8')) ?? [];
    const milliseconds = Number(shutdown?.replaceAll('_', ''));
    expect(pod?.terminationGracePeriodSeconds ?? 0).toBeGreaterThan(wait + milliseconds / 1000);
    const most = of<IHorizontalPodAutoscaler>('autoscaler.yaml').spec?.maxReplicas ?? Infinity;
    // One more while they are replaced; PostgreSQL takes 100 and keeps 3 for its superuser, unless told otherwise.
    expect((most + 1) * CONNECTIONS).toBeLessThanOrEqual(97);
  });
});

const MODULES = {
  'apps/v1': ['Deployment'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  v1: ['Service'],
};

/** What the compiler says of a module; it knows fields that a schema of the API lets pass. */
function typeProblems(source: string): readonly string[] {
  const file = inRepository('test/deploy/manifests-as-types.ts');
  const options = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (name) => name === file || onDisk.fileExists(name);
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, source, target) : onDisk.getSourceFile(name, target);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
