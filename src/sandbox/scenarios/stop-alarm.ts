import { images } from '../morpheus-prod.ts';
import type { Scenario } from './scenario.ts';

export const stopAlarm: Scenario = {
  id: 'stop-alarm',
  title: 'A stop alarm fires half-way',
  story:
    'The new release holds more database connections than the old one. Its first node works; once half of the nodes run it, requests fail and the alarm morpheus-prod-5xx fires.',
  prepare({ ec2 }) {
    ec2.software[images.newer] = { boots: [120, 180], failsFrom: { shareOfNodes: 0.5, errorShare: 0.12 } };
  },
};
