import { type Draft, draftText, schemaInClone } from './draft.ts';

/** The environment that the sandbox simulates. */
const morpheusProd: Draft = {
  name: 'prod',
  account: '111122223333',
  region: 'us-east-1',
  recoveryRegion: 'us-west-2',
  objectives: { rto: '1h', rpo: '15m', errorRate: 0.1 },
  alarms: ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'],
  fleets: [
    {
      component: 'app',
      group: 'morpheus-prod-app',
      targetGroup: 'morpheus-prod-app',
      healthUrl: 'https://morpheus.example.com/health',
    },
  ],
  clusters: [{ component: 'database', cluster: 'morpheus-prod', longestOutage: '2m' }],
  notes: [],
};

/** A commented `runbook.yaml` for newcomers. `schema` is the JSON Schema's place, seen from the file. */
export const exampleConfig = (schema: string = schemaInClone): string => draftText(morpheusProd, schema);
