import type { Scenario } from './scenario.ts';

export const calm: Scenario = {
  id: 'calm',
  title: 'Nothing goes wrong',
  story: 'A quiet night. Every node boots in two to three minutes and AWS answers every call.',
  prepare() {},
};
