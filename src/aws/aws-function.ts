/**
 * Ties a function to the IAM actions that its caller needs, so that a step which lists the function in `uses` is granted
 * exactly those, and its page in the docs lists them.
 */
export function awsFunction<Parameters extends readonly unknown[], Result>(
  actions: readonly string[],
  call: (...parameters: Parameters) => Result,
): ((...parameters: Parameters) => Result) & { readonly actions: readonly string[] } {
  return Object.assign(call, { actions });
}
