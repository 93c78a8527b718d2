/** A computed number without what adding up fractions leaves behind it, so that a mean of nothing but 0.08 is 0.08. */
export const withoutNoise = (figure: number): number => Number(figure.toPrecision(12));

/** A computed number as a person reads it. */
export const readable = (figure: number): number => Number(figure.toPrecision(5));
