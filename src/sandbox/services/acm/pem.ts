const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const frame = (lines: readonly string[]): string =>
  ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');

/** A text that looks like a certificate and is none: the same for the same seed. */
function pem(seed: string, lines: number): string {
  let state = [...seed].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
  const letter = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return alphabet[state >>> 26];
  };
  const text = `MII${Array.from({ length: lines * 64 - 3 }, letter).join('')}`;
  return frame(text.match(/.{64}/g) ?? []);
}

export const certificateText = (serial: string): string => pem(serial, 30);

/** An intermediate and the root, the same for all. */
export const chainText = pem('Amazon RSA 2048 M02', 24) + pem('Amazon Root CA 1', 20);
