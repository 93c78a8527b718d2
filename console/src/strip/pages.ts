/** What a shift is spent on, in the order of the strip. */
export const stripPages = ['watch', 'alerts', 'devices', 'places', 'shift'] as const;

/** What stands in the strip under one word, in its order there. */
export const morePages = ['figures', 'rules', 'quarantine', 'people'] as const;

/** The pages of the console in the order of the strip, which is that of the keys 1 to 9. */
export const pages = [...stripPages, ...morePages] as const;
export type Page = (typeof pages)[number];
