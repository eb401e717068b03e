import type { Bundle, FhirResource } from 'fhir/r4.js';

/** Resources that a chart has once, whatever its size. */
const SINGLE = new Set([
  'Patient',
  'Coverage',
  'Organization',
  'Encounter',
  'Practitioner',
  'PractitionerRole',
]);

const resourcesOf = (chart: Bundle): readonly FhirResource[] =>
  (chart.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource as FhirResource]));

/** A chart of `count` resources: those of a smaller one, its clinical records again and again under further ids. */
export function largeChart(chart: Bundle, count: number): Bundle {
  const resources = resourcesOf(chart);
  const repeated = resources.filter(({ resourceType }) => !SINGLE.has(resourceType));
  const more = Array.from({ length: Math.max(0, count - resources.length) }, (_, index) => {
    const resource = repeated[index % repeated.length];
    if (resource === undefined) throw new Error('the chart has no clinical record');
    return { ...resource, id: `${resource.id ?? ''}-${index}` };
  });
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...resources, ...more].map((resource) => ({ resource })),
  };
}
