/** What a component says to a login with one version of a secret. */
export type Answer = 'works' | 'refused' | 'cannot tell';

/** Where the rotation from one version (`before`) to the next (`next`) of a secret stands. */
export interface Standing {
  /**
   * Which of the two has AWSCURRENT, and whether AWSPENDING is on `next`. `superseded`: a third version has AWSCURRENT. `gone`: `before` has
   * it, and `next` has no stage.
   */
  readonly stages: 'pending' | 'promoted' | 'gone' | 'superseded';
  readonly before: Answer;
  readonly next: Answer;
  /** AWS's API sets the password, which needs no login: then it can be set where nobody gets in as well. */
  readonly setByApi: boolean;
}

export type Action =
  /** Give AWSCURRENT to `next`, or back to `before`. */
  | 'promote'
  | 'move back'
  /** Give the component the password of `next`, or of `before`. */
  | 'set next'
  | 'set before'
  /** Take AWSPENDING from `next`. */
  | 'withdraw'
  /** Stages and component say the same, and it is what is wanted. */
  | 'nothing'
  /** One of the answers that it hangs on is missing. */
  | 'ask again'
  | 'stop: nobody gets in'
  | 'stop: superseded'
  | 'stop: gone';

/** The next step on the way to `next` being the one that works and has AWSCURRENT. */
export function actionForwards({ stages, before, next }: Standing): Action {
  if (stages === 'superseded') return 'stop: superseded';
  if (stages === 'gone') return 'stop: gone';
  if (next === 'works') return stages === 'promoted' ? 'nothing' : 'promote';
  if (next === 'cannot tell' || before === 'cannot tell') return 'ask again';
  return before === 'works' ? 'set next' : 'stop: nobody gets in';
}

/** The next step on the way to `before` being the one that works and has AWSCURRENT, and AWSPENDING being gone. */
export function actionBackwards({ stages, before, next, setByApi }: Standing): Action {
  if (stages === 'superseded') return 'stop: superseded';
  if (before === 'works') {
    if (stages === 'promoted') return 'move back';
    return stages === 'pending' ? 'withdraw' : 'nothing';
  }
  if (before === 'cannot tell') return 'ask again';
  if (next === 'works' || setByApi) return 'set before';
  return next === 'cannot tell' ? 'ask again' : 'stop: nobody gets in';
}
