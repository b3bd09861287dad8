/** How numbers are written on the page: thousands separators, few digits, a plain dash for what is not a number. */

const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** Shown where there is no finite number. */
export const noNumber = '–';

/** `14,714,688`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? counts.format(value) : noNumber;
}

/** `1 picture`, `1,200 pictures`. */
export function formatCounted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** A loss or accuracy with about four digits: `0.6931`, `1.25e-5`, `12.40`. */
export function formatMeasure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return noNumber;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.001 || size >= 100_000) return value.toExponential(2);
  return size < 1 ? value.toFixed(4) : value.toPrecision(4);
}

/** `97.2 %`. Nothing short of certainty is rounded to 100 %, nothing above 0 to 0 %. */
export function formatShare(probability: number): string {
  if (!Number.isFinite(probability)) return noNumber;
  const percent = probability * 100;
  if (percent > 99.9 && probability < 1) return '> 99.9 %';
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(1)} %`;
}

/** As Python prints a tensor's row: `[3.214, -0.338]`. */
export function formatLogits(logits: readonly number[]): string {
  return `[${logits.map((value) => (Number.isFinite(value) ? value.toFixed(3) : String(value))).join(', ')}]`;
}

/** `22 ms`, `0.4 ms`, `1.2 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return noNumber;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
}

/** `4 s left`, `2 min left`, `1 h 5 min left`; rounded up, so that it never says 0 while there is work. */
export function formatTimeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return `${whole} s left`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return `${minutes} min left`;
  const rest = minutes % 60;
  return `${formatCount(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`} left`;
}

/** `3 s`, `40 s`, `2 min`, `1 h 5 min`: what is itself an estimate, rounded up in steps so coarse that it does not flicker. */
export function formatRoughly(seconds: number): string {
  if (seconds <= 20) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds <= 55) return `${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const fives = Math.ceil(minutes / 5) * 5;
  return `${formatCount(Math.floor(fives / 60))} h${fives % 60 === 0 ? '' : ` ${fives % 60} min`}`;
}

/** Decimal megabytes, as download sizes are told: `29.4 MB`. */
export function formatMegabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / 1e6).toFixed(1)} MB` : noNumber;
}

/** Decimal gigabytes rounded up to a tenth, as an estimate of memory is told: `0.8 GB`. */
export function formatGigabytes(bytes: number): string {
  return `${(Math.max(1, Math.ceil(bytes / 1e8)) / 10).toFixed(1)} GB`;
}
