import { images } from '../morpheus-prod.ts';
import type { Scenario } from './scenario.ts';

export const badAmi: Scenario = {
  id: 'bad-ami',
  title: 'The new image never gets healthy',
  story:
    'Launch template version 3 holds a release candidate whose application never starts: its nodes run, but fail every health check until Auto Scaling replaces them.',
  prepare({ ec2 }) {
    const newest = ec2.templates[0]?.versions.find(({ VersionNumber }) => VersionNumber === 3);
    if (newest === undefined) return;
    newest.LaunchTemplateData.ImageId = images.broken;
    newest.VersionDescription = 'release 2026.02.25-rc1';
  },
};
