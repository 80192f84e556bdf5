import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema, configJsonSchemaText, type JsonSchema } from '../../src/config/json-schema.ts';

it('the published schema is the one that the code checks by', () => {
  const published = readFileSync(new URL('../../schema/runbook.schema.json', import.meta.url), 'utf8');
  expect(
    published === configJsonSchemaText(),
    'schema/runbook.schema.json is out of date. Write it again: npm run generate',
  ).toBe(true);
});

it('explains every key', () => {
  const unexplained = propertiesIn(configJsonSchema()).filter(
    ([, property]) => property.description === undefined,
  );
  expect(unexplained.map(([key]) => key)).toEqual([]);
});

it('describes durations as people write them', () => {
  const properties = propertiesIn(configJsonSchema()).filter(([key]) => key === 'rto' || key === 'rpo');
  // Those of the objectives, and an RPO of each kind of component that is backed up.
  expect(properties).toHaveLength(8);
  for (const [, property] of properties) {
    expect(property).toMatchObject({ type: 'string', examples: ['90s', '15m', '1h30m'] });
    expect('1h30m').toMatch(new RegExp(property.pattern ?? 'missing'));
    expect('90').not.toMatch(new RegExp(property.pattern ?? ''));
  }
});

it('asks only for what has no default', () => {
  const required = schemasIn(configJsonSchema()).flatMap((schema) => schema.required ?? []);
  expect([...new Set(required)]).toEqual([
    'environments',
    'account',
    'region',
    'components',
    'network',
    'parameters',
    'vpc',
    'subnets',
    'source',
    'drill',
    'tag',
    'zone',
    'name',
    'routing',
    'home',
    'recovery',
    'fleet',
    'write',
    'read',
    'currency',
    'regions',
    'type',
    'group',
    'targetGroup',
    'loadBalancer',
    'certificate',
    'healthUrl',
    'capacity',
    'instanceTypes',
    'cluster',
    'plan',
    'vault',
    'rules',
    'subnetGroup',
    'securityGroups',
    'parameterGroup',
    'instanceClass',
    'launchTemplate',
    'subnet',
    'command',
    'expect',
    'instanceClasses',
    'fileSystem',
    'leastBytes',
    'broker',
    'definitions',
    'bucket',
    'prefix',
    'every',
    'engineVersion',
    'instanceType',
    'secret',
    'domain',
    'snapshots',
    'instanceCount',
    'volume',
    'gibibytes',
    'value',
    'instance',
    'kind',
    'login',
  ]);
});

it('lets no unknown key pass', () => {
  const open = schemasIn(configJsonSchema()).filter(
    (schema) => schema.properties !== undefined && schema.additionalProperties !== false,
  );
  expect(open).toEqual([]);
});

const propertiesIn = (schema: JsonSchema) =>
  schemasIn(schema).flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, value]) =>
      typeof value === 'boolean' ? [] : [[key, value] as const],
    ),
  );

function schemasIn(schema: JsonSchema): readonly JsonSchema[] {
  const children = [
    ...Object.values(schema.properties ?? {}),
    schema.additionalProperties,
    ...(schema.oneOf ?? []),
  ];
  return [schema, ...children.flatMap((child) => (typeof child === 'object' ? schemasIn(child) : []))];
}
