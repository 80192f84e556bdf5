import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FleetNode, FleetView } from '../../../src/runbooks/parts/fleet-view.ts';
import { nextRollBackTurn } from '../../../src/runbooks/parts/roll-nodes-back.ts';

const node = (id: string, change: Partial<FleetNode> = {}): FleetNode => ({
  id,
  zone: 'a',
  lifecycleState: 'InService',
  version: '3',
  target: 'healthy',
  targetReason: undefined,
  protectedFromScaleIn: false,
  serves: true,
  ...change,
});

const view = (nodes: readonly FleetNode[], desired: number, maxSize = 6): FleetView => ({
  group: 'g',
  desired,
  minSize: 1,
  launches: '2',
  maxSize,
  nodes,
});
const goal = { version: '2', desired: 2 };

describe('the next turn of rolling nodes back', () => {
  test('adds a node first where there is room', () => {
    expect(nextRollBackTurn(view([node('i-1'), node('i-2')], 2), goal)).toEqual({
      do: 'set-desired',
      desired: 3,
    });
  });

  test('without room takes one away at once, and has it replaced', () => {
    const turn = nextRollBackTurn(view([node('i-1'), node('i-2')], 2, 2), goal);
    expect(turn).toMatchObject({ do: 'terminate', node: { id: 'i-1' } });
  });

  test('waits while fewer serve than should', () => {
    const young = node('i-3', {
      version: '2',
      lifecycleState: 'Pending',
      serves: false,
      target: 'not registered',
    });
    expect(nextRollBackTurn(view([node('i-1'), node('i-2'), young], 3), goal)).toEqual({ do: 'wait' });
  });

  test('takes a node that does not serve first: nobody misses it', () => {
    const broken = node('i-9', { serves: false, target: 'unhealthy' });
    expect(
      nextRollBackTurn(view([node('i-1', { version: '2' }), node('i-2', { version: '2' }), broken], 3), goal),
    ).toMatchObject({
      do: 'terminate',
      node: { id: 'i-9' },
    });
  });

  test('does not wait for nodes on their way out', () => {
    const leaving = node('i-8', { lifecycleState: 'Terminating:Wait', serves: false });
    expect(
      nextRollBackTurn(
        view([node('i-1', { version: '2' }), node('i-2', { version: '2' }), leaving], 2),
        goal,
      ),
    ).toEqual({ do: 'nothing' });
  });

  test('played against a group that obeys, it ends with the goal and never fewer than desired minus one serve', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (desired, room, extra, isOld) => {
          let serial = 0;
          const maxSize = desired + Math.max(room, extra);
          const fresh = () => node(`i-n${serial++}`, { version: '2' });
          let now = view(
            Array.from({ length: desired + extra }, (_, index) =>
              node(`i-${index}`, { version: isOld[index % 5] ? '2' : '3' }),
            ),
            desired + extra,
            maxSize,
          );
          for (let turns = 0; turns < 60; turns += 1) {
            const turn = nextRollBackTurn(now, { version: '2', desired });
            if (turn.do === 'nothing') break;
            if (turn.do === 'set-desired') now = { ...now, desired: turn.desired };
            if (turn.do === 'terminate') {
              const left = now.nodes.filter(({ id }) => id !== turn.node.id);
              now = { ...now, nodes: left };
              expect(left.length).toBeGreaterThanOrEqual(room > 0 || extra > 0 ? desired : desired - 1);
            }
            const missing = now.desired - now.nodes.length;
            now = {
              ...now,
              nodes: [...now.nodes, ...Array.from({ length: Math.max(0, missing) }, fresh)].slice(
                0,
                now.desired,
              ),
            };
            expect(now.desired).toBeLessThanOrEqual(maxSize);
          }
          expect(now.desired).toBe(desired);
          expect(now.nodes.map(({ version }) => version)).toEqual(Array.from({ length: desired }, () => '2'));
        },
      ),
    );
  });
});
