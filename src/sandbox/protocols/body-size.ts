/** More than any request that AWS takes holds: its largest are a thousand metrics, or ten thousand events of a log. */
const mostParts = 200_000;
/** Deeper than any shape of AWS. */
const deepest = 64;

export function checkParts(count: number): void {
  if (count > mostParts) throw new RangeError('The body has too many parts');
}

export function checkDepth(depth: number): void {
  if (depth > deepest) throw new RangeError('The body is nested too deeply');
}

const code = (sign: string): number => sign.charCodeAt(0);
const [quote, backslash, comma] = [code('"'), code('\\'), code(',')];
const [openList, openObject] = [code('['), code('{')];
const [closeList, closeObject] = [code(']'), code('}')];

/**
 * Before it is parsed: values take a hundred times their length in memory, and reading them takes seconds.
 * @throws RangeError for JSON that is larger or deeper than any that AWS would take
 */
export function checkJson(body: Uint8Array): void {
  let [parts, depth] = [0, 0];
  let inText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === comma) parts += 1;
    else if (byte === openList || byte === openObject) depth += 1;
    else if (byte === closeList || byte === closeObject) depth -= 1;
    checkParts(parts);
    checkDepth(depth);
  }
}

/** The same for signs that stand only between parts: `&` in forms, `<` in XML. */
export function checkSigns(body: Uint8Array, sign: '&' | '<'): void {
  const wanted = code(sign);
  let parts = 0;
  for (let at = body.indexOf(wanted); at >= 0; at = body.indexOf(wanted, at + 1)) {
    parts += 1;
    checkParts(parts);
  }
}
