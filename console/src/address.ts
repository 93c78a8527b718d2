import { firstSpan, readSpan, type Span, writeSpan } from './chart/span.ts';

/** Where the seat is: what stands under the strip. It is kept in the address after `#`, so that a page can be sent to somebody and the browser's way back works. */
export type Address =
  | { readonly page: 'watch' }
  | { readonly page: 'devices' }
  | { readonly page: 'device'; readonly id: string; readonly span: Span }
  | { readonly page: 'places'; readonly place: string | null }
  | DeskAddress;

/** The pages of the desk beside the watch. What stands behind the page's name, and the query, is each page's own. */
export const deskPages = ['alerts', 'shift', 'figures', 'rules', 'quarantine', 'people'] as const;
export type DeskPage = (typeof deskPages)[number];
export type DeskAddress = { readonly page: DeskPage; readonly rest: string | null; readonly query: string };

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** Reads what comes after `#`; what cannot be read is the watch page. */
export const readAddress = (hash: string): Address => {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [, page, rest = '', ...more] = path.split('/');
  const id = decoded(rest);
  if (id === null || more.length > 0) return { page: 'watch' };
  if (page === 'devices' && id !== '')
    return { page: 'device', id, span: readSpan(new URLSearchParams(query)) };
  if (page === 'devices') return { page: 'devices' };
  if (page === 'places') return { page: 'places', place: id === '' ? null : id };
  const desk = deskPages.find((known) => known === page);
  if (desk !== undefined) return { page: desk, rest: id === '' ? null : id, query };
  return { page: 'watch' };
};

/** What `readAddress` reads, with its `#`. */
export const hashOf = (address: Address): string => {
  switch (address.page) {
    case 'watch':
      return '#/';
    case 'devices':
      return '#/devices';
    case 'device': {
      const span = writeSpan(address.span);
      return `#/devices/${encodeURIComponent(address.id)}${span === '' ? '' : `?${span}`}`;
    }
    case 'places':
      return address.place === null ? '#/places' : `#/places/${encodeURIComponent(address.place)}`;
    default: {
      const { page, rest, query } = address;
      return `#/${page}${rest === null ? '' : `/${encodeURIComponent(rest)}`}${query === '' ? '' : `?${query}`}`;
    }
  }
};

/** The address of a device's page, for a link. */
export const deviceHref = (id: string): string => hashOf({ page: 'device', id, span: firstSpan });

/** The address of a building's page, for a link. */
export const placeHref = (place: string): string => hashOf({ page: 'places', place });
