// Logarithm, sine and cosine out of additions, multiplications and divisions alone. Math.log and Math.sin may differ in
// the last bit between builds of a JavaScript engine, and equal seeds must give equal weights everywhere.
// Coefficients and error bounds (under 1 unit in the last place) are those of fdlibm (Sun Microsystems, 1993).

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);
const high = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** Natural logarithm of a normal positive number. */
export function logarithm(x: number): number {
  word[0] = x;
  let exponent = (halves[high]! >>> 20) - 1023;
  halves[high] = (halves[high]! & 0xfffff) | 0x3ff00000;
  let mantissa = word[0]!;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const series =
    z *
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586))))));
  const half = 0.5 * f * f;
  return exponent * ln2High - (half - (s * (half + series) + exponent * ln2Low) - f);
}

/** Sine on [−π/4, π/4]. */
function sineKernel(x: number): number {
  const z = x * x;
  const series =
    -0.16666666666666632 +
    z *
      (0.00833333333332249 +
        z *
          (-0.0001984126982985795 +
            z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10))));
  return x + x * z * series;
}

/** Cosine on [−π/4, π/4]. */
function cosineKernel(x: number): number {
  const z = x * x;
  const series =
    0.0416666666666666 +
    z *
      (-0.001388888888887411 +
        z *
          (2.480158728947673e-5 +
            z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))));
  return 1 - (0.5 * z - z * z * series);
}

/** Cosine and sine of the angle 2π·turn, `turn` in [0, 1). */
export function cosineAndSine(turn: number): [cosine: number, sine: number] {
  const quarter = Math.round(turn * 4);
  const angle = (turn - quarter / 4) * 2 * Math.PI;
  const cosine = cosineKernel(angle);
  const sine = sineKernel(angle);
  switch (quarter & 3) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
